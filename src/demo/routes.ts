import { distanceMeters } from './geo.js';
import { LINES, type Station, stationNamed } from './stations.js';

/** Whom a route is for: PHY(sical), VIS(ual), AUD(itory), ELD(erly). */
export const DISABILITY_TYPES = ['PHY', 'VIS', 'AUD', 'ELD'] as const;
export type DisabilityType = (typeof DISABILITY_TYPES)[number];

/** One way from here to there. `lines[i]` is the line from `stations[i]` to `stations[i + 1]`. */
export interface Route {
  stations: Station[];
  lines: string[];
  /** Metres. */
  distance: number;
}

export const MAX_ROUTES = 3;

/** What changing lines is worth to each, in metres of riding. */
const TRANSFER_METERS: Record<DisabilityType, number> = { PHY: 3000, ELD: 2500, VIS: 2000, AUD: 1000 };
/** Riding over a hop that an earlier alternative already uses counts this many times, so that alternatives differ. */
const REUSE_FACTOR = 1.7;

interface Hop {
  to: Station;
  line: string;
  meters: number;
}

/** A station as reached on a line: changing lines there costs, riding on does not. */
interface Visit {
  station: Station;
  line: string | undefined;
  cost: number;
  via: { visit: Visit; hop: Hop } | undefined;
}

const hopsFrom = buildHops();

/** Up to three different routes, the best first. Always the same for the same question; empty when there is no way or both ends are one. */
export function calculateRoutes(origin: Station, destination: Station, type: DisabilityType): Route[] {
  if (origin === destination) return [];
  const used = new Map<Hop, number>();
  const routes = new Map<string, Route>();
  for (let round = 0; round < MAX_ROUTES; round++) {
    const hops = cheapest(origin, destination, TRANSFER_METERS[type], used);
    if (hops === undefined) break;
    const route = toRoute(origin, hops);
    const key = `${route.stations.map((station) => station.code).join()}|${route.lines.join()}`;
    if (!routes.has(key)) routes.set(key, route);
    for (const hop of hops) used.set(hop, (used.get(hop) ?? 1) * REUSE_FACTOR);
  }
  return [...routes.values()];
}

/** Number of times that one changes lines. */
export function transfersOf(route: Pick<Route, 'lines'>): number {
  return route.lines.filter((line, index) => index > 0 && line !== route.lines[index - 1]).length;
}

/** Dijkstra over (station, line). The map is small enough to look for the next visit by going through all open ones. */
function cheapest(origin: Station, destination: Station, transfer: number, used: ReadonlyMap<Hop, number>): Hop[] | undefined {
  const open = new Map<string, Visit>([[origin.code, { station: origin, line: undefined, cost: 0, via: undefined }]]);
  const closed = new Set<string>();
  for (;;) {
    const next = leastCost(open);
    if (next === undefined) return undefined;
    const [key, visit] = next;
    if (visit.station === destination) return hopsTo(visit);
    open.delete(key);
    closed.add(key);
    for (const hop of hopsFrom.get(visit.station) ?? []) {
      const there = `${hop.to.code} ${hop.line}`;
      const change = visit.line === undefined || visit.line === hop.line ? 0 : transfer;
      const cost = visit.cost + hop.meters * (used.get(hop) ?? 1) + change;
      if (closed.has(there) || (open.get(there)?.cost ?? Number.POSITIVE_INFINITY) <= cost) continue;
      open.set(there, { station: hop.to, line: hop.line, cost, via: { visit, hop } });
    }
  }
}

function leastCost(open: ReadonlyMap<string, Visit>): [string, Visit] | undefined {
  let least: [string, Visit] | undefined;
  for (const entry of open) if (least === undefined || entry[1].cost < least[1].cost) least = entry;
  return least;
}

function hopsTo(visit: Visit): Hop[] {
  const hops: Hop[] = [];
  for (let at = visit; at.via !== undefined; at = at.via.visit) hops.unshift(at.via.hop);
  return hops;
}

function toRoute(origin: Station, hops: readonly Hop[]): Route {
  return {
    stations: [origin, ...hops.map((hop) => hop.to)],
    lines: hops.map((hop) => hop.line),
    distance: Math.round(hops.reduce((sum, hop) => sum + hop.meters, 0)),
  };
}

function buildHops(): Map<Station, Hop[]> {
  const hops = new Map<Station, Hop[]>();
  const add = (from: Station, to: Station, line: string): void => {
    hops.set(from, [...(hops.get(from) ?? []), { to, line, meters: distanceMeters(from, to) }]);
  };
  for (const [line, names] of Object.entries(LINES)) {
    const stations = names.map(stationOrThrow);
    for (const [index, to] of stations.entries()) {
      const from = stations[index - 1];
      if (from === undefined) continue;
      add(from, to, line);
      add(to, from, line);
    }
  }
  return hops;
}

function stationOrThrow(name: string): Station {
  const station = stationNamed(name);
  if (station === undefined) throw new Error(`the map has a line through ${name} and no place for it`);
  return station;
}
