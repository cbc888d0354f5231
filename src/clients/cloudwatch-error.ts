/**
 * Why CloudWatch gave no answer.
 * - `credentials`: none were found, or they were not taken; `region`: none was named; `forbidden`: the credentials may not ask this.
 *   These three stay as they are until somebody does something.
 * - `throttled`: too many requests until the deadline; `silent`: no answer within the deadline; `failed`: anything else.
 */
export type CloudWatchErrorKind = 'credentials' | 'region' | 'forbidden' | 'throttled' | 'silent' | 'failed';

const PERMANENT: readonly CloudWatchErrorKind[] = ['credentials', 'region', 'forbidden'];

/** A call to CloudWatch that failed. Its message says what to do and holds no key and no token. */
export class CloudWatchError extends Error {
  override name = 'CloudWatchError';
  constructor(
    readonly kind: CloudWatchErrorKind,
    message: string,
  ) {
    super(message);
  }

  /** Whether asking again is of no use. */
  get permanent(): boolean {
    return PERMANENT.includes(this.kind);
  }
}

/** The chain of the SDK found no credentials. */
export class NoCredentialsError extends CloudWatchError {
  override name = 'NoCredentialsError';
  constructor(reason: string) {
    super(
      'credentials',
      `no AWS credentials (${reason}): set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile (cloudwatch.profile or AWS_PROFILE; ` +
        '"aws sso login" where it needs that), or run on an instance whose role may read CloudWatch',
    );
  }
}

/** What is known of a call that failed. */
export interface FailedCall {
  /** Name of the operation: `GetMetricData`. */
  operation: string;
  deadlineMs: number;
  /** Whether it was given up at the deadline. */
  timedOut: boolean;
  /** Requests that were answered with an error. */
  attempts: number;
  /** Takes keys and tokens out of a text. */
  clean(text: string): string;
}

/** Names of errors of the service that mean that the credentials themselves are not taken. */
const REFUSED_CREDENTIALS =
  /^(UnrecognizedClient|InvalidClientTokenId|ExpiredToken|RequestExpired|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|AuthFailure|NotAuthorized|OptInRequired|InvalidAccessKeyId)/;
const FORBIDDEN = /^(AccessDenied|UnauthorizedOperation|Forbidden)/;
const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|LimitExceeded/;

/** The error of one call, told so that it can be mended. Nothing of the SDK's own error is kept: it holds the signed request. */
export function explain(error: unknown, call: FailedCall): CloudWatchError {
  if (error instanceof CloudWatchError) return error;
  const { operation, deadlineMs, timedOut, clean } = call;
  const name = error instanceof Error ? error.name : 'Error';
  if (THROTTLED.test(name)) {
    const tries = `${call.attempts} ${call.attempts === 1 ? 'request' : 'requests'}${timedOut ? ` in ${deadlineMs} ms` : ''}`;
    return new CloudWatchError('throttled', `CloudWatch throttled ${operation}: ${tries} refused (${name})`);
  }
  if (REFUSED_CREDENTIALS.test(name)) {
    // The service's text is left out: it can quote the request's headers, the session token among them.
    return new CloudWatchError(
      'credentials',
      `CloudWatch does not take these AWS credentials (${name}): renew them, and check this machine's clock`,
    );
  }
  if (FORBIDDEN.test(name)) {
    return new CloudWatchError(
      'forbidden',
      `these AWS credentials may not call cloudwatch:${operation} (${name}: ${clean(firstLine(error))}): allow it in their policy`,
    );
  }
  if (timedOut && call.attempts === 0)
    return new CloudWatchError('silent', `no answer of CloudWatch to ${operation} within ${deadlineMs} ms`);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code !== '') return new CloudWatchError('failed', `no connection to CloudWatch (${code}): are the region and the endpoint right?`);
  return new CloudWatchError('failed', `CloudWatch failed ${operation}: ${name}: ${clean(firstLine(error))}`);
}

/** First line of what an error says, not longer than a line of a log should be. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').slice(0, 300);
}
