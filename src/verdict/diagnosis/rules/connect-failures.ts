import { counted, millis, percent } from '../../format.js';
import type { Cause } from '../../run-result.js';
import { backendCpu } from '../causes/backend-cpu.js';
import { backendFrozen } from '../causes/backend-frozen.js';
import { backendFull } from '../causes/backend-full.js';
import { backendLost } from '../causes/backend-lost.js';
import { backendMemory } from '../causes/backend-memory.js';
import { backendThrottled } from '../causes/backend-throttled.js';
import { generatorSaturated } from '../causes/generator.js';
import { nginxRateLimit } from '../causes/nginx-rate-limit.js';
import { nginxUpstreamRefused } from '../causes/nginx-upstream-refused.js';
import { nginxWorkerConnections } from '../causes/nginx-worker-connections.js';
import { redisClients } from '../causes/redis-clients.js';
import { redisStalled } from '../causes/redis-stalled.js';
import { tokenExpired } from '../causes/token-expired.js';
import { tokenMismatch } from '../causes/token-mismatch.js';
import { brokenOf, CONNECT, criterionProof, failuresOf, kindsOf, occurrencesOf, present, timesOf } from '../evidence.js';
import { loadWindow, type Window } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { proof } from '../weigh.js';

const SYMPTOMS = /^connect_(success_rate|p95)$/;

/** With so large a part of all failures refused handshakes break the error rate too. */
const MAJOR = 0.5;

/** The steps of an opening handshake, and who makes each of them long. */
const STEPS: Readonly<Record<string, string>> = {
  'handshake.dns': 'the name server',
  'handshake.tcp': 'the network, or a full queue of nginx',
  'handshake.tls': 'the network, or the CPU of nginx',
  'handshake.upgrade': 'the backend: its event loop, or what it does to let a user in',
};

/** The guide's problem 1: users are not let in, or only after a while. */
export const connectFailures: Rule = {
  id: 'connect-failures',
  title: 'WebSocket connects fail or take long',
  diagnose(run) {
    // What failed on our own machine never reached the target.
    const failures = failuresOf(run, CONNECT).filter(({ kind }) => !kind.startsWith('generator '));
    const failed = occurrencesOf(failures);
    const all = occurrencesOf(run.failures);
    const isMajor = failed > 0 && failed >= all * MAJOR && brokenOf(run, (id) => id === 'error_rate').length > 0;
    const broken = brokenOf(run, (id) => SYMPTOMS.test(id) || (id === 'error_rate' && isMajor));
    const load = loadWindow(run);
    if (load === null || broken.length === 0) return null;
    const window: Window = timesOf(failures) ?? load;
    const connect = run.tasks.find(({ name }) => name === CONNECT);
    const attempts = connect?.requests ?? 0;
    const isSlow = broken.some(({ id }) => id === 'connect_p95');
    const share =
      attempts > 0 && failed > 0
        ? `${failed} of ${counted(attempts, 'connect')} failed (${percent(failed / attempts)}: ${kindsOf(failures)})`
        : '';
    const slow = isSlow && connect?.latency ? `95 % of connects took ${millis(connect.latency['95%'])} or less` : '';
    return {
      symptom:
        [share, slow].filter((part) => part !== '').join('; ') || broken.map(({ title, observed }) => `${title} ${observed}`).join('; '),
      ...window,
      evidence: [...broken.map(criterionProof), ...(isSlow ? stepsOf(run) : [])],
      causes: causesOf(run, window, isSlow),
      watch: [
        'connects that fail by kind: HTTP 403 is a full backend, a bad token or a wrong id, and only the backends’ logs tell them apart',
        'nginx.connections_accepted against nginx.connections_handled, and active connections against worker_connections',
        'connections per backend',
      ],
    };
  },
};

function causesOf(run: Judged, window: Window, isSlow: boolean): Cause[] {
  const causes = present([
    nginxWorkerConnections(run, loadWindow(run) ?? window),
    backendFull(run, window),
    tokenExpired(run),
    tokenMismatch(run),
    nginxRateLimit(run),
    nginxUpstreamRefused(run),
    backendLost(run),
    backendFrozen(run, window),
    backendCpu(run, window),
    backendThrottled(run, window),
    backendMemory(run, window),
    redisClients(run, window),
    redisStalled(run, window),
    generatorSaturated(run, window),
  ]);
  // A handshake that succeeds late was not refused by anybody.
  const refusals = ['backend-full', 'token-expired', 'token-mismatch', 'nginx-rate-limit'];
  return isSlow && failuresOf(run, CONNECT).length === 0 ? causes.filter(({ id }) => !refusals.includes(id)) : causes;
}

function stepsOf(run: Judged) {
  return run.timings.flatMap(({ name, count, latency }) => {
    const who = STEPS[name];
    return who === undefined ? [] : [proof(`${name}: p95 ${millis(latency['95%'])} of ${count}, which is ${who}`, `timings ${name}`)];
  });
}
