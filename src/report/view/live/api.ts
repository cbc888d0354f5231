import type { Command, NewRun, Problem, RunEntry, Started } from '../../../dashboard/protocol.js';
import type { ComparisonModel } from '../model.js';

/** The server said no, or could not be asked. */
export class ApiError extends Error {
  override name = 'ApiError';
  /** @param issues What is wrong with parts of what was asked, by their name. @param status 0 when nobody answered. */
  constructor(
    message: string,
    readonly issues: Readonly<Record<string, string>> = {},
    readonly status = 0,
  ) {
    super(message);
  }
}

/** Nobody waits longer for an answer. */
const DEADLINE_MS = 30_000;

/** Comparing reads several journals from their beginning to their end. */
const COMPARE_DEADLINE_MS = 180_000;

async function ask(path: string, init: RequestInit = {}, deadlineMs = DEADLINE_MS): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, signal: AbortSignal.timeout(deadlineMs) });
  } catch (error) {
    throw new ApiError(error instanceof Error ? error.message : String(error));
  }
  if (response.ok) return response;
  // An answer of somebody in between need not be ours.
  const problem = ((await response.json().catch(() => null)) ?? {}) as Partial<Problem>;
  throw new ApiError(problem.message ?? `${response.status} ${response.statusText}`, problem.issues, response.status);
}

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** What the page asks of its server. All throw {@link ApiError}. */
export const api = {
  runs: async (): Promise<RunEntry[]> => (await ask('/api/runs')).json() as Promise<RunEntry[]>,
  start: async (run: NewRun): Promise<Started> => (await ask('/api/runs', json(run))).json() as Promise<Started>,
  command: async (id: string, command: Command): Promise<void> => {
    await ask(`/api/runs/${encodeURIComponent(id)}/command`, json(command));
  },
  compare: async (ids: readonly string[]): Promise<ComparisonModel> =>
    (await ask(`/api/compare?runs=${ids.map(encodeURIComponent).join(',')}`, {}, COMPARE_DEADLINE_MS)).json() as Promise<ComparisonModel>,
};

/** Addresses that a link downloads from, and the one that is followed. */
export const reportUrl = (id: string): string => `/api/runs/${encodeURIComponent(id)}/report.html`;
export const fileUrl = (id: string, path: string): string =>
  `/api/runs/${encodeURIComponent(id)}/files/${path.split('/').map(encodeURIComponent).join('/')}`;
export const liveUrl = (id: string, { protocol, host }: Pick<Location, 'protocol' | 'host'>): string =>
  `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}/api/live?run=${encodeURIComponent(id)}`;
