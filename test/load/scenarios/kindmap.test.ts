import { describe, expect, it } from 'vitest';
import { KINDMAP_PROFILE } from '../../../src/config/profiles/kindmap.js';
import { createRandom } from '../../../src/load/random.js';
import type { Message, User } from '../../../src/load/scenario.js';
import { createKindmapScenario, walk } from '../../../src/load/scenarios/kindmap.js';

const scenario = createKindmapScenario('ws://127.0.0.1:1', KINDMAP_PROFILE.kindmap, KINDMAP_PROFILE.tasks);
const [startNavigation, locationUpdate] = scenario.tasks as [(typeof scenario.tasks)[number], (typeof scenario.tasks)[number]];

function newUser(seed = 1, token?: string): User<ReturnType<typeof scenario.createState>> {
  return { index: 0, id: 'temp_1 a', token, random: createRandom(seed), state: scenario.createState() };
}

const metersBetween = (a: { latitude: number; longitude: number }, b: { latitude: number; longitude: number }): number => {
  const rad = Math.PI / 180;
  const h =
    Math.sin(((b.latitude - a.latitude) * rad) / 2) ** 2 +
    Math.cos(a.latitude * rad) * Math.cos(b.latitude * rad) * Math.sin(((b.longitude - a.longitude) * rad) / 2) ** 2;
  return 2 * 6_371_009 * Math.asin(Math.sqrt(h));
};

describe('KindMap scenario', () => {
  it('has the weights and timeouts of the guide and starts with a route', () => {
    expect(scenario.tasks.map(({ name, weight, timeoutMs }) => [name, weight, timeoutMs])).toEqual([
      ['start_navigation', 1, 10_000],
      ['location_update', 10, 3_000],
    ]);
    expect(scenario.first).toBe('start_navigation');
  });

  it('puts the id into the path and the token, if there is one, into the query', () => {
    expect(scenario.connect(newUser()).url).toBe('ws://127.0.0.1:1/api/v1/ws/temp_1%20a');
    expect(scenario.connect(newUser(1, 'a+b')).url).toBe('ws://127.0.0.1:1/api/v1/ws/temp_1%20a?token=a%2Bb');
  });

  it('asks for routes between two different stations for a known type of disability', () => {
    for (let seed = 0; seed < 300; seed++) {
      const message = startNavigation.message(newUser(seed)) as Message;
      expect(KINDMAP_PROFILE.kindmap.stations).toContain(message.origin);
      expect(KINDMAP_PROFILE.kindmap.stations).toContain(message.destination);
      expect(message.destination).not.toBe(message.origin);
      expect(Object.keys(KINDMAP_PROFILE.kindmap.disabilityTypes)).toContain(message.disability_type);
    }
  });

  it('walks 10 to 50 metres with each fix, on its route', () => {
    const user = newUser();
    startNavigation.onReply?.({ type: 'route_calculated', route_id: 'r-1' }, user);
    for (let step = 0; step < 200; step++) {
      const before = { ...user.state };
      const message = locationUpdate.message(user) as Message;
      const meters = metersBetween(before, message as unknown as typeof before);
      expect(meters).toBeGreaterThan(9.9);
      expect(meters).toBeLessThan(50.1);
      expect(message.route_id).toBe('r-1');
    }
  });

  it('steps as far to the east as to the north', () => {
    const start = { routeId: undefined, latitude: 37.5, longitude: 127 };
    for (const direction of [0, Math.PI / 2, Math.PI]) {
      const state = { ...start };
      walk(state, 30, direction);
      expect(metersBetween(start, state)).toBeCloseTo(30, 0);
    }
  });

  it.each([
    ['route_calculated', true, false],
    ['error', true, true],
    ['navigation_update', false, true],
    ['arrival', false, true],
    ['route_deviation', false, true],
    ['connected', false, false],
    ['pong', false, false],
    ['disconnected', false, false],
  ])('%s answers start_navigation: %s, location_update: %s', (type, answersRoute, answersPosition) => {
    const user = newUser();
    expect(startNavigation.isReply?.({ type }, user)).toBe(answersRoute);
    expect(locationUpdate.isReply?.({ type }, user)).toBe(answersPosition);
  });

  it('takes an error for a failure of its code', () => {
    expect(locationUpdate.failure?.({ type: 'error', code: 'ROUTE_ID_MISMATCH' })).toBe('error ROUTE_ID_MISMATCH');
    expect(locationUpdate.failure?.({ type: 'arrival' })).toBeUndefined();
  });
});
