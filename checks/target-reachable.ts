import { type HttpResponse, request } from '../src/clients/http.js';
import { messageOf } from '../src/errors.js';
import type { Check, CheckResult } from '../src/preflight/check.js';

const EXPECTED = 'GET /health answers HTTP 200';

const check: Check = {
  id: 'target-reachable',
  title: 'Target is reachable',
  why: 'Everything else would fail for the same reason, and an hour later.',
  needs: ['target'],
  // A connect that nginx tries at a replica that is not there takes seconds, or fails.
  after: ['target-production', 'replicas-running', 'nginx-upstream-addresses'],
  async run({ config, signal }) {
    const url = new URL('/health', config.target.replace(/^ws/, 'http')).href;
    const started = performance.now();
    try {
      const response = await request('GET', url, { tls: config.tls, signal });
      return { expected: EXPECTED, ...judge(response, Math.round(performance.now() - started), url) };
    } catch (error) {
      return { status: 'fail', observed: messageOf(error), expected: EXPECTED, remedy: remedyFor(messageOf(error), url) };
    }
  },
};

export default check;

function judge({ status, text }: HttpResponse, ms: number, url: string): CheckResult {
  const observed = `HTTP ${status} in ${ms} ms`;
  if (status === 200) return { status: 'pass', observed };
  if (status === 503) {
    return {
      status: 'fail',
      observed: `${observed}: ${excerpt(text)}`,
      remedy: `the backend runs and says that it is not healthy, most often because Redis is down: curl -i ${url}`,
    };
  }
  if (status === 502 || status === 504) {
    return { status: 'fail', observed, remedy: 'nginx answers and reaches no backend: docker ps; docker logs kindmap-nginx' };
  }
  if (status >= 500)
    return { status: 'fail', observed: `${observed}: ${excerpt(text)}`, remedy: `read the log of the backend: curl -i ${url}` };
  if (status >= 300 && status < 400) {
    return {
      status: 'fail',
      observed,
      remedy: `the target redirects; name the address that it redirects to, most often wss:// for ws://: curl -i ${url}`,
    };
  }
  return { status: 'warn', observed, remedy: `something answers, and /health is not open there; is this the right host? curl -i ${url}` };
}

function excerpt(body: string): string {
  const line = body.replace(/\s+/g, ' ').trim();
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}

function remedyFor(failure: string, url: string): string {
  const { host, hostname } = new URL(url);
  if (/ECONNREFUSED/.test(failure)) return `nothing listens at ${host}: start the target, or mend the port: curl -i ${url}`;
  if (/ENOTFOUND|EAI_AGAIN/.test(failure)) return `the name ${hostname} has no address: nslookup ${hostname}`;
  if (/no response within|TIMEDOUT|TIMEOUT/.test(failure)) {
    return `a firewall drops the packets, or the target is frozen: curl -i --max-time 10 ${url}`;
  }
  if (/EHOSTUNREACH|ENETUNREACH/.test(failure)) return `there is no way to ${hostname} from here: ip route get ${hostname}`;
  if (/CERT|TLS|SSL|EPROTO|SELF_SIGNED|ALTNAME/.test(failure)) {
    return `the certificate or the TLS handshake is refused (a private CA: --ca ca.pem): openssl s_client -connect ${host}`;
  }
  return `try it by hand: curl -i ${url}`;
}
