/** What the guide's users do, by a scenario that works so hard for each message that the machine of the load cannot keep up. */
const BUSY_MS = 300;

function message(type, more) {
  const until = performance.now() + BUSY_MS;
  while (performance.now() < until);
  return { type, ...more };
}

/** @returns {import('../../src/load/scenario.js').Scenario} */
export default ({ target }) => ({
  name: 'saturating',
  createState: () => ({}),
  connect: (user) => ({ url: `${target}/api/v1/ws/temp_${user.id}` }),
  first: 'start_navigation',
  tasks: [
    {
      name: 'start_navigation',
      weight: 1,
      timeoutMs: 10_000,
      message: () => message('start_navigation', { origin: '강남', destination: '잠실', disability_type: 'PHY' }),
      isReply: ({ type }) => type === 'route_calculated',
    },
    {
      name: 'location_update',
      weight: 10,
      timeoutMs: 10_000,
      message: () => message('location_update', { latitude: 37.4979, longitude: 127.0276 }),
      isReply: ({ type }) => ['navigation_update', 'arrival', 'route_deviation'].includes(String(type)),
    },
  ],
});
