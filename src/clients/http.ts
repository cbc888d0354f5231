export interface HttpOptions {
  /** Sent as it is. */
  body?: string;
  /** Sent as application/x-www-form-urlencoded. */
  form?: Record<string, string>;
  headers?: Record<string, string>;
  /** Milliseconds until the whole exchange, body included, must be over; 5,000 when left out. */
  deadlineMs?: number;
  signal: AbortSignal;
}

export interface HttpResponse {
  status: number;
  text: string;
}

const DEFAULT_DEADLINE_MS = 5_000;

/**
 * One HTTP exchange. Every status is a response; redirects are not followed.
 * Throws when there is no response. The error names method, origin and path, never user-info, query or what was sent.
 */
export async function request(method: string, url: string, options: HttpOptions): Promise<HttpResponse> {
  const { target, authorization, shown } = dissect(url);
  const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    const response = await fetch(target, {
      method,
      redirect: 'manual',
      headers: { ...authorization, ...options.headers },
      body: options.form === undefined ? (options.body ?? null) : new URLSearchParams(options.form),
      signal: AbortSignal.any([deadline, options.signal]),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    // The original is not passed on as a cause: some of fetch's messages quote the full URL.
    throw new Error(`${method} ${shown}: ${failure(error, deadline, options.signal, deadlineMs)}`);
  }
}

function dissect(url: string): { target: URL; authorization: Record<string, string>; shown: string } {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol)) throw new Error('not an http:// or https:// URL');
  const authorization = basicAuthorization(target);
  // fetch refuses URLs with user-info.
  target.username = '';
  target.password = '';
  return { target, authorization, shown: `${target.origin}${target.pathname}` };
}

function basicAuthorization(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {};
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function failure(error: unknown, deadline: AbortSignal, signal: AbortSignal, deadlineMs: number): string {
  if (signal.aborted) return 'stopped before a response came';
  if (deadline.aborted) return `no response within ${deadlineMs} ms`;
  return networkCode(error) ?? 'the exchange failed';
}

/** `ECONNREFUSED`, `ENOTFOUND`, `UND_ERR_SOCKET`, …: what fetch hides in the cause of its "fetch failed". */
function networkCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return networkCode(error instanceof AggregateError ? error.errors[0] : error.cause);
}
