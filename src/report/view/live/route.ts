/** What of the server's page is shown. */
export type Route =
  /** The form and the list of runs. */
  { at: 'runs' } | { at: 'run'; id: string } | { at: 'compare'; ids: string[] };

const RUN_PATH = /^\/runs\/([^/]+)$/;

/**
 * What an address of the server shows.
 *
 * @param current The run that the server is there for: what `/` shows.
 */
export function routeOf({ pathname, search }: Pick<Location, 'pathname' | 'search'>, current: string | null): Route {
  const query = new URLSearchParams(search);
  const ids = (query.get('compare') ?? '').split(',').filter((id) => id !== '');
  if (ids.length > 1) return { at: 'compare', ids };
  const id = RUN_PATH.exec(pathname)?.[1];
  if (id !== undefined) return { at: 'run', id: decoded(id) };
  return current !== null && !query.has('runs') ? { at: 'run', id: current } : { at: 'runs' };
}

/** The address that shows it. */
export function addressOf(route: Route): string {
  if (route.at === 'runs') return '/?runs';
  if (route.at === 'run') return `/runs/${encodeURIComponent(route.id)}`;
  return `/?compare=${route.ids.map(encodeURIComponent).join(',')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Half of an escape: there is no such run.
    return text;
  }
}
