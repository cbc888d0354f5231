import { describe, expect, it } from 'vitest';
import { KINDMAP_STATIONS } from '../../src/config/profiles/kindmap.js';
import { calculateRoutes, MAX_ROUTES, transfersOf } from '../../src/demo/routes.js';
import { LINES, STATIONS, type Station, stationNamed } from '../../src/demo/stations.js';

function named(name: string): Station {
  const station = stationNamed(name);
  if (station === undefined) throw new Error(`no station ${name}`);
  return station;
}

describe('the map', () => {
  it('places every station of every line within Seoul and its suburbs, once', () => {
    const names = new Set(Object.values(LINES).flat());
    expect(STATIONS.map((station) => station.name).sort()).toEqual([...names].sort());
    for (const { latitude, longitude } of STATIONS) {
      expect(latitude).toBeGreaterThan(37.3);
      expect(latitude).toBeLessThan(37.7);
      expect(longitude).toBeGreaterThan(126.7);
      expect(longitude).toBeLessThan(127.2);
    }
  });

  it('knows every station between which the default load travels', () => {
    expect(KINDMAP_STATIONS.filter((name) => stationNamed(name) === undefined)).toEqual([]);
  });

  it('finds a station with and without 역 at its end', () => {
    expect(stationNamed('강남역')).toBe(stationNamed('강남'));
    expect(stationNamed('서울역')?.name).toBe('서울역');
    expect(stationNamed('평양')).toBeUndefined();
  });
});

describe('calculateRoutes', () => {
  it('takes line 2 from 강남 to 홍대입구 without a change', () => {
    const [best] = calculateRoutes(named('강남'), named('홍대입구'), 'PHY');
    expect(new Set(best?.lines)).toEqual(new Set(['2호선']));
    expect(best && transfersOf(best)).toBe(0);
    expect(best?.stations.map((station) => station.name)).toContain('사당');
  });

  it('gives the same routes for the same question', () => {
    const ask = () => calculateRoutes(named('노원'), named('판교'), 'AUD');
    expect(ask()).toEqual(ask());
  });

  it('joins any two stations by one to three different ways along the lines', () => {
    const neighbours = new Set(
      Object.entries(LINES).flatMap(([line, names]) =>
        names.slice(1).flatMap((to, at) => [`${line} ${names[at]} ${to}`, `${line} ${to} ${names[at]}`]),
      ),
    );
    for (const origin of STATIONS.filter((_, index) => index % 7 === 0)) {
      for (const destination of STATIONS.filter((_, index) => index % 5 === 1)) {
        if (origin === destination) continue;
        const routes = calculateRoutes(origin, destination, 'ELD');
        expect(routes.length).toBeGreaterThanOrEqual(1);
        expect(routes.length).toBeLessThanOrEqual(MAX_ROUTES);
        expect(new Set(routes.map((route) => JSON.stringify([route.stations, route.lines]))).size).toBe(routes.length);
        for (const { stations, lines } of routes) {
          expect([stations[0], stations.at(-1)]).toEqual([origin, destination]);
          expect(lines.every((line, at) => neighbours.has(`${line} ${stations[at]?.name} ${stations[at + 1]?.name}`))).toBe(true);
        }
      }
    }
  });

  it('has no way from a station to itself', () => {
    expect(calculateRoutes(named('강남'), named('강남'), 'VIS')).toEqual([]);
  });
});
