import { Redactor } from '../../src/bundle/redact.js';
import { createAuth } from '../../src/commands/auth.js';
import type { DriveContext } from '../../src/commands/drive.js';
import type { Io } from '../../src/commands/io.js';
import { loadConfig } from '../../src/config/load.js';
import type { NewEvent } from '../../src/journal/event.js';

/** What a drive is given of a run, and what came of it. */
export interface DriveTest {
  ctx: DriveContext;
  events: NewEvent[];
  /** What was said and shown. */
  lines: string[];
  stop(): void;
}

/** A run around a drive: KindMap's defaults, and a target that nobody asks. */
export function driveContext(env: NodeJS.ProcessEnv = process.env): DriveTest {
  const events: NewEvent[] = [];
  const lines: string[] = [];
  const stopping = new AbortController();
  const { config } = loadConfig({ flags: { target: 'ws://127.0.0.1:1' }, env });
  const io: Io = {
    out: () => {},
    say: (line) => void lines.push(line),
    progress: (line) => void lines.push(line),
    block: () => {},
    keys: () => () => {},
    env,
    isTerminal: true,
    outIsTerminal: false,
    colour: false,
    signal: stopping.signal,
  };
  const ctx: DriveContext = {
    config,
    runId: 'test',
    auth: createAuth(config),
    redactor: new Redactor(),
    redis: undefined,
    emit: (event) => void events.push(event),
    stop: stopping.signal,
    io,
  };
  return { ctx, events, lines, stop: () => stopping.abort('SIGINT') };
}
