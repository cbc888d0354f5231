import { NOT_PASSED_ON, passingRoutes, placeOf, reloadCommand, runSeconds } from '../src/clients/nginx/on-target.js';
import { type NginxReading, NOTHING_TO_READ, nginxOf } from '../src/clients/nginx/read.js';
import { type NginxRoute, settingOf } from '../src/clients/nginx/route.js';
import { secondsOf } from '../src/clients/nginx/values.js';
import type { Check, CheckResult, Config } from '../src/preflight/check.js';

const DEFAULT_SECONDS = 60;

const check: Check = {
  id: 'nginx-read-timeout',
  title: 'nginx does not cut quiet WebSockets during the run',
  why: 'nginx closes a WebSocket (1006) when its backend has sent nothing for proxy_read_timeout: one stall of a backend, and all its users are gone at once.',
  needs: ['nginx'],
  after: ['docker-reachable'],
  async run(ctx) {
    const reading = await nginxOf(ctx);
    if (reading === undefined) return { status: 'skip', observed: NOTHING_TO_READ };
    return judge(reading, ctx.config);
  },
};

export default check;

/** proxy_read_timeout on the WebSocket's location against the length of the plan. */
export function judge(reading: NginxReading, config: Config): CheckResult {
  const [route] = passingRoutes(reading, config).sort((a, b) => secondsIn(a) - secondsIn(b));
  if (route === undefined) return { status: 'skip', observed: NOT_PASSED_ON };
  const needed = Math.ceil(runSeconds(config));
  const seconds = secondsIn(route);
  const written = settingOf(route, 'proxy_read_timeout');
  const observed = `${written === undefined ? `no proxy_read_timeout, so ${DEFAULT_SECONDS} s` : `proxy_read_timeout ${written}`} in ${placeOf(route)}`;
  const expected = `at least the ${needed} s of the run`;
  // proxy_send_timeout is not looked at: it runs only while a frame is stuck on the way to the backend, never in a quiet connection.
  if (seconds >= needed) return { status: 'pass', observed, expected };
  return {
    status: 'fail',
    observed,
    expected,
    remedy: `in ${placeOf(route)} write proxy_read_timeout ${Math.max(3600, needed)}s; Then: ${reloadCommand(reading)}`,
  };
}

function secondsIn(route: NginxRoute): number {
  const written = settingOf(route, 'proxy_read_timeout');
  return (written === undefined ? undefined : secondsOf(written)) ?? DEFAULT_SECONDS;
}
