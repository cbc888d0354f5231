import { type NginxUpstream, readNginxConfig } from '../src/clients/nginx.js';
import type { Check, CheckResult, Config } from '../src/preflight/check.js';

const check: Check = {
  id: 'nginx-upstream-method',
  title: 'nginx balances as expected',
  why: 'The method decides which replica a user lands on: under ip_hash one load machine lands on a single backend.',
  needs: ['nginx'],
  async run({ config }) {
    if (config.nginx?.config === undefined)
      return { status: 'skip', observed: 'no nginx configuration to read: set infrastructure.nginx.config' };
    const { config: file, upstream, method } = config.nginx;
    const upstreams = (await readNginxConfig(file)).upstreams();
    const seen = upstreams.find(({ name }) => name === upstream);
    const expected = `upstream ${upstream} with ${method}`;
    if (seen === undefined) {
      const names = upstreams.map(({ name }) => name).join(', ') || 'none';
      return {
        status: 'fail',
        observed: `no upstream ${upstream}; there are: ${names}`,
        expected,
        remedy: `set infrastructure.nginx.upstream to its name: nginx -T | grep -A 5 upstream`,
      };
    }
    return { expected, ...judge(seen, method, config) };
  },
};

export default check;

function judge({ name, method, servers, file }: NginxUpstream, wanted: string, config: Config): CheckResult {
  const observed = `${name} balances with ${method} over ${servers.length} server${servers.length === 1 ? '' : 's'}: ${servers.join(', ')}`;
  if (method !== wanted) {
    return {
      status: 'fail',
      observed,
      remedy: `if ${method} is meant, set infrastructure.nginx.method: ${method}; else mend ${file} and reload: nginx -t && nginx -s reload`,
    };
  }
  const networks = new Set(config.sourceAddresses.map(networkOf)).size;
  if (method === 'ip_hash' && networks < config.replicas) {
    const from = networks === 0 ? 'one address' : `${networks} network${networks === 1 ? '' : 's'}`;
    return {
      status: 'warn',
      observed: `${observed}; the load comes from ${from}`,
      remedy:
        `ip_hash looks at the first three octets only: give source_addresses in at least ${config.replicas} different /24 networks ` +
        '(more spread better), or load from several machines',
    };
  }
  return { status: 'pass', observed };
}

/** What ip_hash looks at: three octets of IPv4, the whole of IPv6. */
function networkOf(address: string): string {
  return address.includes(':') ? address : address.split('.').slice(0, 3).join('.');
}
