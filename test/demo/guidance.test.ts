import { describe, expect, it } from 'vitest';
import { guide, routeReply, toSession } from '../../src/demo/guidance.js';
import { calculateRoutes, type Route } from '../../src/demo/routes.js';
import { type Station, stationNamed } from '../../src/demo/stations.js';

const station = (name: string): Station => stationNamed(name) as Station;
const routes = calculateRoutes(station('강남'), station('홍대입구'), 'PHY');
const session = toSession('r1', routes);

describe('guide', () => {
  it('tells a user at the start of the route the next station', () => {
    expect(guide(session, { latitude: 37.4979, longitude: 127.0276 })).toMatchObject({
      type: 'navigation_update',
      current_station_name: '강남',
      next_station_name: '교대',
      remaining_stations: (routes[0] as Route).stations.length - 1,
      is_transfer: false,
      transfer_from_line: null,
      transfer_to_line: null,
      progress_percent: 0,
    });
  });

  it('tells a user at the destination of the arrival', () => {
    expect(guide(session, station('홍대입구'))).toMatchObject({
      type: 'arrival',
      destination: '홍대입구',
      destination_cd: station('홍대입구').code,
    });
  });

  it('does not call a place 500 m before the destination an arrival', () => {
    const { latitude, longitude } = station('홍대입구');
    expect(guide(session, { latitude: latitude - 0.0045, longitude })).toMatchObject({
      type: 'navigation_update',
      remaining_stations: 0,
      progress_percent: 100,
    });
  });

  it('tells a user far from the route of the deviation and the nearest station on it', () => {
    expect(guide(session, { latitude: 37.45, longitude: 126.9816 })).toMatchObject({
      type: 'route_deviation',
      nearest_station: { name: '사당' },
    });
  });

  it('announces a change of lines where the line changes', () => {
    const route: Route = { stations: [station('역삼'), station('강남'), station('양재')], lines: ['2호선', '신분당선'], distance: 3000 };
    expect(guide(toSession('r2', [route]), station('강남'))).toMatchObject({
      is_transfer: true,
      transfer_from_line: '2호선',
      transfer_to_line: '신분당선',
      progress_percent: 50,
    });
  });

  it('follows the route of the chosen rank', () => {
    const second: Route = { stations: [station('강남'), station('양재')], lines: ['신분당선'], distance: 2000 };
    const both = toSession('r3', [...routes.slice(0, 1), second]);
    expect(guide({ ...both, rank: 2 }, station('강남'))).toMatchObject({ next_station_name: '양재' });
  });
});

describe('routeReply', () => {
  it('has the fields of the protocol', () => {
    expect(routeReply('route_calculated', 'r1', routes, station('강남'), station('홍대입구'))).toMatchObject({
      type: 'route_calculated',
      route_id: 'r1',
      origin: '강남',
      origin_cd: station('강남').code,
      destination: '홍대입구',
      destination_cd: station('홍대입구').code,
      total_routes_found: routes.length,
      routes_returned: routes.length,
      selected_route_rank: 1,
      routes: routes.map((route, index) => ({ rank: index + 1, total_distance: route.distance })),
    });
  });
});
