import { dockerCommand, redisCommand } from '../src/clients/shell.js';
import { messageOf } from '../src/errors.js';
import type { CanaryRound, Check, CheckResult, Config } from '../src/preflight/check.js';

const check: Check = {
  id: 'canary-delivery',
  title: 'A message through Redis reaches its user, once',
  why: 'A backend that listens and hands nothing on looks healthy everywhere: users of that replica miss every message from another.',
  needs: ['target', 'redis', 'canary', 'load'],
  // A dead listener is found by its count, a frozen replica by its health, and whoever cannot connect by the round trips.
  after: ['target-reachable', 'task-round-trips', 'replicas-healthy', 'pubsub-subscribers'],
  deadlineMs: 30_000,
  async run({ config, canaries, signal }) {
    const expected = 'each canary arrives exactly once';
    try {
      const round = await canaries(signal);
      if (round === undefined) return { status: 'skip', observed: 'no canaries are configured: set canary.envelope and canary.at' };
      return { expected, ...judge(round, config) };
    } catch (error) {
      return { status: 'error', observed: `no canary could be sent: ${messageOf(error)}`, expected };
    }
  },
};

export default check;

export function judge(round: CanaryRound, config: Config): CheckResult {
  const { published, arrived, lost, duplicates, lostBy, failures, problems } = round;
  const refused = Object.entries(failures);
  const refusals = refused.map(([message, count]) => `${count} refused: ${message}`);
  const observed = [
    `${arrived} of ${published} canaries arrived`,
    ...lostOf(lost, lostBy),
    ...twice(duplicates),
    ...refusals,
    ...problems,
  ].join('; ');
  const cli = redisCommand(config);
  if (refused.length > 0)
    return { status: 'fail', observed, remedy: `Redis does not take what is published: ${cli} PUBLISH ${config.redis?.channel} '{}'` };
  if (lost > 0) return { status: 'fail', observed, remedy: forLost(config, lost === published) };
  if (duplicates > 0) {
    return {
      status: 'fail',
      observed,
      remedy: `somebody hands each message on twice: two workers in a replica, or a replica of another deployment on this channel: ${cli} CLIENT LIST TYPE pubsub`,
    };
  }
  if (published === 0) {
    return { status: 'error', observed: problems.length > 0 ? problems.join('; ') : 'nobody was connected to send canaries to' };
  }
  if (problems.length > 0) {
    return { status: 'warn', observed, remedy: 'not every source address could connect, so not every replica may have been reached' };
  }
  return { status: 'pass', observed };
}

function lostOf(lost: number, by: Record<string, number>): string[] {
  if (lost === 0) return [];
  const where = Object.entries(by).map(([address, count]) => `${count} for the user from ${address}`);
  return [`${lost} lost${where.length > 0 ? ` (${where.join(', ')})` : ''}`];
}

const twice = (duplicates: number): string[] => (duplicates === 0 ? [] : [`${duplicates} arrived more than once`]);

function forLost(config: Config, all: boolean): string {
  const form = all ? 'is canary.envelope in the form that the backends understand, and canary.at where they put it? If so, ' : '';
  const containers = config.backends.flatMap(({ container }) => container ?? []);
  const logs = containers.map((name) => `${dockerCommand(config)} logs --since 1m ${name}`).join('; ');
  const read = logs === '' ? 'read the logs of the backends of this moment' : `read their logs: ${logs}`;
  return `${form}a replica listens and does not hand on: ${read}; then restart it`;
}
