import { randomInt } from 'node:crypto';
import type { Layout } from '../load/capacity.js';
import { startLoad } from '../load/load.js';
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
    async check({ config, io }) {
      layout = await prepareMachine(config, io);
    },
    async prepare({ stop, ...ctx }) {
      users = await prepareUsers({ ...ctx, signal: stop }, ctx.io);
    },
    run: async (ctx) => await driveLoad(ctx, layout, users as Users),
    async release() {
      users?.keeper.stop();
    },
  };
}

async function driveLoad({ config, emit, stop, io }: DriveContext, layout: Layout, users: Users): Promise<DriveEnd> {
  const mostUsers = Math.min(layout.mostUsers, users.most);
  const load = await startLoad(config, users.identities, config.seed ?? randomInt(2 ** 31), { ...layout, mostUsers }, emit);
  users.keeper.deliverTo(load.renew);
  if (stop.aborted) load.stop();
  else stop.addEventListener('abort', () => load.stop(), { once: true });
  const releaseKeys = followKeys(load, io);
  try {
    return await load.ended;
  } finally {
    releaseKeys();
  }
}
