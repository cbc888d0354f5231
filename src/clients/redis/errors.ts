/** Redis answered and refused this one command: `NOPERM …`, `ERR unknown command …`, `LOADING …`. Others may well work. */
export class RedisReplyError extends Error {
  override name = 'RedisReplyError';
}

/** There is no connection, or no answer in time. */
export class RedisUnreachableError extends Error {
  override name = 'RedisUnreachableError';
  /** @param isSilent The connection stands, but nothing came over it: Redis is paused, loading or overloaded. */
  constructor(
    message: string,
    readonly isSilent: boolean,
  ) {
    super(message);
  }
}

/** A refusal in the words of a reader: two of them concern every command, and are told the same way wherever they come from. */
export function refusal(shown: string, text: string): RedisReplyError {
  return new RedisReplyError(`${shown}: ${inWords(text)}`);
}

function inWords(text: string): string {
  if (text.includes('NOAUTH')) return 'needs a password (NOAUTH)';
  if (/WRONGPASS|invalid password/.test(text)) return 'refused the user name or password (WRONGPASS)';
  return text;
}
