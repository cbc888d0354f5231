/**
 * The entry of the process that takes a stack of containers down: `node dist/src/demo/containers/reaper.js <ReaperOrder as JSON>`, joined by
 * IPC to the tool. When the tool ends, however it ends, the channel closes; then everything that carries the stack's label goes.
 */
import { rm } from 'node:fs/promises';
import { connectionFor } from './connection.js';
import type { ReaperMessage, ReaperOrder } from './reaping.js';
import { removeStack } from './removal.js';

const order = JSON.parse(process.argv[2] ?? '') as ReaperOrder;
const ATTEMPTS = 5;
const PAUSE_MS = 1000;

// Ctrl-C in a terminal is the tool's, which closes the channel when it is done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
const parentGone = new Promise<void>((resolve) => {
  process.once('disconnect', () => resolve());
  if (!process.connected) resolve();
});
process.send?.({ type: 'ready' } satisfies ReaperMessage);
await parentGone;
process.exit(await attempt());

/** An Engine that is away for a moment must not leave the stack behind. */
async function attempt(): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      await takeDown();
      return 0;
    } catch {
      // Nobody listens any more; the exit code tells the tool if it still waits.
      if (tries === ATTEMPTS) return 1;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

async function takeDown(): Promise<void> {
  const connection = connectionFor({ env: process.env });
  try {
    await removeStack(connection, order.id);
  } finally {
    connection.close();
  }
  await rm(order.folder, { recursive: true, force: true });
}
