/**
 * The entry of the process that owns the stack's processes: `node dist/src/demo/supervisor.js <StackOrder as JSON>`, joined by IPC to the tool.
 * When the tool ends, however it ends, the channel closes; then this takes everything down and exits.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../errors.js';
import { bringUp } from './bring-up.js';
import { type Child, stopChild } from './child.js';
import type { StackOrder, SupervisorMessage } from './supervision.js';

const order = JSON.parse(process.argv[2] ?? '') as StackOrder;
const end = new AbortController();
const children: Child[] = [];

process.on('disconnect', () => end.abort());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end.abort());
process.on('uncaughtException', (error) => void tell({ type: 'failed', message: messageOf(error) }).then(() => end.abort()));
if (!process.connected) end.abort();

let folder: string | undefined;
try {
  folder = await mkdtemp(join(tmpdir(), 'loadwitness-demo-'));
  const facts = await bringUp({ order, folder, signal: end.signal, own, onProgress: (line) => tell({ type: 'progress', line }) });
  await tell({ type: 'ready', facts });
  await ended(end.signal);
} catch (error) {
  if (!end.signal.aborted) await tell({ type: 'failed', message: messageOf(error) });
} finally {
  end.abort();
  await Promise.all(children.map(stopChild));
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  process.exit(0);
}

function own(child: Child): void {
  children.push(child);
  void child.ended.then((how) => {
    if (!end.signal.aborted) return tell({ type: 'progress', line: `${child.name} ended (${how})` });
  });
}

/** Resolves when the message is out. A tool that is gone cannot be told anything. */
function tell(message: SupervisorMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || process.send === undefined) return resolve();
    process.send(message, undefined, undefined, () => resolve());
  });
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
