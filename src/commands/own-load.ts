import { randomInt } from 'node:crypto';
import type { Layout } from '../load/capacity.js';
import { startLoad } from '../load/load.js';
import { canaryMark, canaryRound, startCanariesFor } from './canaries.js';
import type { Drive, DriveContext, DriveEnd } from './drive.js';
import { followKeys } from './keys.js';
import { prepareMachine } from './machine.js';
import { prepareUsers, type Users } from './users.js';

/** The load of our own engine. */
export function ownLoad(): Drive {
  let layout: Layout;
  let users: Users | undefined;
  return {
    mode: 'load',
    stopping: 'users finish their task and close',
    async prepare({ stop, ...ctx }) {
      layout = await prepareMachine(ctx.config, ctx.io);
      users = await prepareUsers({ ...ctx, signal: stop }, ctx.io);
    },
    run: async (ctx) => await driveLoad(ctx, layout, users as Users),
    async release() {
      users?.keeper.stop();
    },
  };
}

async function driveLoad(ctx: DriveContext, layout: Layout, users: Users): Promise<DriveEnd> {
  const { config, runId, emit, stop, io } = ctx;
  const canaries = canarySetting(ctx);
  if (canaries) await canaryRound('before', { ...canaries, identities: users.identities }, stop);
  const mostUsers = Math.min(layout.mostUsers, users.most);
  const mark = canaries && canaryMark(config, runId, 'load');
  const load = await startLoad(config, users.identities, config.seed ?? randomInt(2 ** 31), { ...layout, mostUsers }, emit, mark);
  users.keeper.deliverTo(load.renew);
  if (stop.aborted) load.stop();
  else stop.addEventListener('abort', () => load.stop(), { once: true });
  const releaseKeys = followKeys(load, io);
  const sending = canaries && startCanariesFor(load, canaries);
  const reason = await load.ended;
  releaseKeys();
  await sending?.stop();
  if (canaries) await canaryRound('after', { ...canaries, identities: users.identities }, stop);
  return reason;
}

/** What canaries need; undefined where none are sent. */
function canarySetting({ config, runId, redis, redactor, emit, io }: DriveContext) {
  if (config.canary === undefined || redis === undefined) return undefined;
  return { config, runId, publisher: redis, emit, say: (line: string) => io.say(redactor.redact(line)) };
}
