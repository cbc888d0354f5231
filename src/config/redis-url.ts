/** How to get into a Redis, whatever its address. */
export interface RedisAccess {
  port?: number | undefined;
  username?: string | undefined;
  /** A secret. */
  password?: string | undefined;
  db?: number | undefined;
}

/** The URL of a Redis at this host: a name, or an IPv4 or IPv6 address. */
export function redisUrl(host: string, { port, username, password, db }: RedisAccess): string {
  const credentials = password === undefined ? '' : `${encodeURIComponent(username ?? '')}:${encodeURIComponent(password)}@`;
  return `redis://${credentials}${host.includes(':') ? `[${host}]` : host}:${port ?? 6379}/${db ?? 0}`;
}
