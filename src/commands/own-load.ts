import { randomInt } from 'node:crypto';
import type { Layout } from '../load/capacity.js';
import { startLoad } from '../load/load.js';
import { canaryMark, canaryRound, startCanariesFor } from './canaries.js';
import type { Control } from './control.js';
import type { Drive, DriveContext, DriveEnd } from './drive.js';
import { followKeys } from './keys.js';
import { prepareMachine } from './machine.js';
import { prepareUsers, type Users } from './users.js';

/** The load of our own engine. @param control In whose hands it is, beside the terminal's keys. */
export function ownLoad(control: Pick<Control, 'take'>): Drive {
  let layout: Layout;
  let users: Users | undefined;
  return {
    mode: 'load',
    stopping: 'users finish their task and close',
    async prepare({ stop, ...ctx }) {
      layout = await prepareMachine(ctx.config, ctx.io);
      users = await prepareUsers({ ...ctx, signal: stop }, ctx.io);
    },
    run: async (ctx) => await driveLoad(ctx, { layout, users: users as Users, control }),
    async release() {
      users?.keeper.stop();
    },
  };
}

interface Parts {
  layout: Layout;
  users: Users;
  control: Pick<Control, 'take'>;
}

async function driveLoad(ctx: DriveContext, { layout, users, control }: Parts): Promise<DriveEnd> {
  const { config, runId, emit, stop, io } = ctx;
  const canaries = canarySetting(ctx);
  if (canaries) await canaryRound('before', { ...canaries, identities: users.identities }, stop);
  const mostUsers = Math.min(layout.mostUsers, users.most);
  const mark = canaries && canaryMark(config, runId, 'load');
  const load = await startLoad(config, users.identities, config.seed ?? randomInt(2 ** 31), { ...layout, mostUsers }, emit, mark);
  users.keeper.deliverTo(load.renew);
  if (stop.aborted) load.stop();
  else stop.addEventListener('abort', () => load.stop(), { once: true });
  const taken = control.take(load, config.stages);
  const releaseKeys = followKeys(taken.users, io);
  const sending = canaries && startCanariesFor(load, canaries);
  const reason = await load.ended;
  releaseKeys();
  taken.release();
  await sending?.stop();
  if (canaries) await canaryRound('after', { ...canaries, identities: users.identities }, stop);
  return reason;
}

/** What canaries need; undefined where none are sent. */
function canarySetting({ config, runId, redis, redactor, emit, io }: DriveContext) {
  if (config.canary === undefined || redis === undefined) return undefined;
  return { config, runId, publisher: redis, emit, say: (line: string) => io.say(redactor.redact(line)) };
}
