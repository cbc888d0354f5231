import { NOT_PASSED_ON, passingRoutes, placeOf, reloadCommand } from '../src/clients/nginx/on-target.js';
import { type NginxReading, NOTHING_TO_READ, nginxOf } from '../src/clients/nginx/read.js';
import { type NginxRoute, settingOf } from '../src/clients/nginx/route.js';
import type { Check, CheckResult, Config } from '../src/preflight/check.js';

const check: Check = {
  id: 'nginx-buffering',
  title: 'nginx passes small frames on at once',
  why: 'With tcp_nodelay off the kernel holds small frames back for up to 40 ms, which is measured as latency of the service.',
  needs: ['nginx'],
  after: ['docker-reachable'],
  recommended: true,
  async run(ctx) {
    const reading = await nginxOf(ctx);
    if (reading === undefined) return { status: 'skip', observed: NOTHING_TO_READ };
    return { expected: 'tcp_nodelay on, as by default', ...judge(reading, ctx.config) };
  },
};

export default check;

/** What could hold frames back. `proxy_buffering` cannot: after the upgrade nginx copies bytes as they come, whatever it says. */
export function judge(reading: NginxReading, config: Config): CheckResult {
  const routes = passingRoutes(reading, config);
  const [first] = routes;
  if (first === undefined) return { status: 'skip', observed: NOT_PASSED_ON };
  const delayed = routes.find((route) => settingOf(route, 'tcp_nodelay') === 'off');
  const buffering = `proxy_buffering is ${settingOf(delayed ?? first, 'proxy_buffering') ?? 'on'}, which a WebSocket does not feel`;
  if (delayed === undefined) return { status: 'pass', observed: `tcp_nodelay is on in ${placeOf(first)}; ${buffering}` };
  return {
    status: 'warn',
    observed: `tcp_nodelay is off in ${placeOf(delayed)}; ${buffering}`,
    remedy: `take tcp_nodelay off; out of ${fileOf(delayed)}. Then: ${reloadCommand(reading)}`,
  };
}

function fileOf(route: NginxRoute): string {
  return route.levels.flat().findLast(({ name }) => name === 'tcp_nodelay')?.file ?? placeOf(route);
}
