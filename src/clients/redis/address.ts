/** Where Redis is and as whom to go there. */
export interface RedisAddress {
  host: string;
  port: number;
  username?: string;
  password?: string;
  db?: number;
  tls: boolean;
}

/** Reads redis[s]://[user:password@]host[:port][/db]. Throws without repeating what it was given, which may hold a password. */
export function parseRedisUrl(url: string): RedisAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new Error('not a redis:// or rediss:// URL with a host');
  }
  const db = parsed.pathname.slice(1);
  if (!/^\d*$/.test(db)) throw new Error('the path of a Redis URL is the number of a database');
  const username = decodeURIComponent(parsed.username);
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? 6379 : Number(parsed.port),
    // The default user is who one is without a name; before Redis 6 there are no names.
    ...(username !== '' && username !== 'default' && { username }),
    ...(parsed.password !== '' && { password: decodeURIComponent(parsed.password) }),
    ...(db !== '' && { db: Number(db) }),
    tls: parsed.protocol === 'rediss:',
  };
}

/** host:port, for messages. */
export function shownAddress({ host, port }: RedisAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
