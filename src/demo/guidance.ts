import { nearest, type Place } from './geo.js';
import { type Frame, Refusal } from './protocol.js';
import { MAX_ROUTES, type Route, transfersOf } from './routes.js';
import type { Session, SessionRoute } from './sessions.js';
import { type Station, stationWithCode } from './stations.js';

/** Farther than this from every station of the route is off the route. */
const DEVIATION_METERS = 2000;
const ARRIVAL_METERS = 100;
const METERS_PER_MINUTE = 550;
const TRANSFER_MINUTES = 4;

/** The body of `route_calculated` and `route_recalculated`. */
export function routeReply(type: string, routeId: string, routes: readonly Route[], origin: Station, destination: Station): Frame {
  return {
    type,
    route_id: routeId,
    origin: origin.name,
    origin_cd: origin.code,
    destination: destination.name,
    destination_cd: destination.code,
    routes: routes.slice(0, MAX_ROUTES).map(describe),
    total_routes_found: routes.length,
    routes_returned: Math.min(routes.length, MAX_ROUTES),
    selected_route_rank: 1,
  };
}

/** What to keep of the routes. */
export function toSession(routeId: string, routes: readonly Route[]): Session {
  return { routeId, routes: routes.map(({ stations, lines }) => ({ stations: stations.map((station) => station.code), lines })), rank: 1 };
}

/** The reply to a user of this session who is here: `arrival`, `route_deviation` or `navigation_update`. */
export function guide(session: Session, here: Place): Frame {
  const route = session.routes[session.rank - 1];
  const stations = route === undefined ? [] : stationsOf(route);
  const destination = stations.at(-1);
  const closest = nearest(stations, here);
  if (route === undefined || destination === undefined || closest === undefined) {
    throw new Refusal('INTERNAL_SERVER_ERROR', '경로 정보를 읽을 수 없습니다');
  }
  if (closest.meters > DEVIATION_METERS) return deviation(here, closest.place, closest.meters);
  if (closest.place === destination && closest.meters <= ARRIVAL_METERS) {
    return {
      type: 'arrival',
      message: `${destination.name}역에 도착했습니다`,
      destination: destination.name,
      destination_cd: destination.code,
    };
  }
  return update(route, stations, closest.index, here);
}

/** The last station of a session's route. */
export function destinationOf(session: Session): Station | undefined {
  return stationWithCode(session.routes[0]?.stations.at(-1) ?? '');
}

function describe(route: Route, index: number): object {
  const transfers = transfersOf(route);
  return {
    rank: index + 1,
    route_sequence: route.stations.map((station) => station.code),
    station_names: route.stations.map((station) => station.name),
    route_lines: route.lines,
    transfers,
    transfer_stations: route.stations
      .filter((_, at) => at > 0 && at < route.lines.length && route.lines[at] !== route.lines[at - 1])
      .map(({ name }) => name),
    total_distance: route.distance,
    total_time: Math.round(route.distance / METERS_PER_MINUTE + transfers * TRANSFER_MINUTES),
  };
}

function stationsOf(route: SessionRoute): Station[] {
  return route.stations.map(stationWithCode).filter((station) => station !== undefined);
}

function deviation(here: Place, station: Station, meters: number): Frame {
  return {
    type: 'route_deviation',
    message: `경로에서 벗어났습니다. 가장 가까운 역은 ${station.name}역입니다`,
    current_location: { latitude: here.latitude, longitude: here.longitude },
    nearest_station: { name: station.name, station_cd: station.code, distance: Math.round(meters) },
    suggested_action: 'recalculate',
  };
}

function update(route: SessionRoute, stations: readonly Station[], index: number, here: Place): Frame {
  const current = stations[index];
  const next = stations[index + 1] ?? current;
  const arriving = route.lines[index - 1];
  const leaving = route.lines[index];
  const transfer = arriving !== undefined && leaving !== undefined && arriving !== leaving;
  const left = stations.length - 1 - index;
  return {
    type: 'navigation_update',
    current_station: current?.code,
    current_station_name: current?.name,
    next_station: next?.code,
    next_station_name: next?.name,
    distance_to_next: Math.round(nearest(next === undefined ? [] : [next], here)?.meters ?? 0),
    remaining_stations: left,
    is_transfer: transfer,
    transfer_from_line: transfer ? arriving : null,
    transfer_to_line: transfer ? leaving : null,
    message: transfer ? `${current?.name}역에서 ${leaving}으로 환승하세요` : `다음 역은 ${next?.name}역입니다`,
    progress_percent: Math.round((index / Math.max(1, stations.length - 1)) * 100),
  };
}
