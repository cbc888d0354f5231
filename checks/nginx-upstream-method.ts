import { reloadCommand } from '../src/clients/nginx/on-target.js';
import { type NginxReading, NOTHING_TO_READ, nginxOf } from '../src/clients/nginx/read.js';
import type { Check, CheckResult } from '../src/preflight/check.js';

const check: Check = {
  id: 'nginx-upstream-method',
  title: 'nginx balances as expected',
  why: 'The method decides which replica a user lands on: under ip_hash one load machine lands on a single backend.',
  needs: ['nginx'],
  after: ['docker-reachable'],
  async run(ctx) {
    const reading = await nginxOf(ctx);
    if (reading === undefined) return { status: 'skip', observed: NOTHING_TO_READ };
    const { upstream = '', method: wanted = '' } = ctx.config.nginx ?? {};
    if (upstream === '' || wanted === '') {
      return { status: 'skip', observed: 'nothing is expected: set infrastructure.nginx.upstream and infrastructure.nginx.method' };
    }
    return { expected: `upstream ${upstream} with ${wanted}`, ...judge(reading, upstream, wanted) };
  },
};

export default check;

/** The method of the upstream of this name against the wanted one. */
export function judge(reading: NginxReading, upstream: string, wanted: string): CheckResult {
  const upstreams = reading.configuration.upstreams();
  const seen = upstreams.find(({ name }) => name === upstream);
  if (seen === undefined) {
    const names = upstreams.map(({ name }) => name).join(', ') || 'none';
    const show = reading.container === undefined ? 'nginx -T' : `docker exec ${reading.container.name} nginx -T`;
    return {
      status: 'fail',
      observed: `no upstream ${upstream} in ${reading.from}; there are: ${names}`,
      remedy: `set infrastructure.nginx.upstream to its name: ${show} | grep -A 5 upstream`,
    };
  }
  const { method, servers, file } = seen;
  const observed = `${upstream} balances with ${method} over ${servers.length} server${servers.length === 1 ? '' : 's'}: ${servers.join(', ')}`;
  if (method === wanted) return { status: 'pass', observed };
  return {
    status: 'fail',
    observed,
    remedy: `if ${method} is meant, set infrastructure.nginx.method: ${method}; else mend ${file} and reload: ${reloadCommand(reading)}`,
  };
}
