import { readEnvironments } from '../src/clients/backends.js';
import { dockerCommand, recreateCommand } from '../src/clients/shell.js';
import type { Check, CheckResult } from '../src/preflight/check.js';

const VARIABLE = 'REDIS_PUBSUB_CHANNEL';

/** The channel that one running backend was told; undefined: its own default. */
export interface Channel {
  name: string;
  channel: string | undefined;
}

const check: Check = {
  id: 'pubsub-channel',
  title: 'All backends use the channel that is watched',
  why: 'On another channel a backend hears nothing of the others, and subscribers and canaries are counted where nobody is.',
  needs: ['backends', 'redis'],
  after: ['replicas-running'],
  async run({ config, env, signal }) {
    const wanted = config.redis?.channel ?? '';
    const backends = (await readEnvironments(config, env, signal)).filter(({ variables }) => variables !== undefined);
    const channels = backends.map(({ name, variables }) => ({ name, channel: variables?.[VARIABLE] }));
    const odd = backends.flatMap(({ variables, container }) => (variables?.[VARIABLE] !== wanted && container ? [container] : []));
    return judge(channels, wanted, odd.length > 0 ? recreateCommand(dockerCommand(config), odd) : 'start them again');
  },
};

export default check;

/** @param again The command that makes those anew that have another channel. */
export function judge(channels: readonly Channel[], wanted: string, again: string): CheckResult {
  const told = channels.filter(({ channel }) => channel !== undefined);
  if (told.length === 0) {
    const observed = `no backend has ${VARIABLE} in its environment: its own default holds, and the count of subscribers shows whether that is ${wanted}`;
    return { status: 'skip', observed };
  }
  const expected = `${VARIABLE}=${wanted} in every backend`;
  const observed = channels.map(({ name, channel }) => `${name}: ${channel ?? 'not set'}`).join('; ');
  const odd = told.filter(({ channel }) => channel !== wanted);
  if (odd.length === 0) return { status: 'pass', observed, expected };
  const common = new Set(channels.map(({ channel }) => channel));
  const [only] = common;
  const remedy =
    common.size === 1
      ? `they agree among each other: set infrastructure.redis.channel to ${only}`
      : `set ${VARIABLE}=${wanted} and make ${odd.map(({ name }) => name).join(', ')} anew: ${again}`;
  return { status: 'fail', observed, expected, remedy };
}
