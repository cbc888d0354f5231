import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const CLI = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));

/** Of util-linux; other systems have one that takes other options. */
const SCRIPT = '/usr/bin/script';

/** Whether a program can be given a terminal here. */
export function hasPty(): boolean {
  try {
    accessSync(SCRIPT, constants.X_OK);
    return process.platform === 'linux';
  } catch {
    // Minimal images come without it.
    return false;
  }
}

/** The built command-line tool on a terminal of its own, 100 columns by 40 rows. */
export interface Pty {
  press(keys: string): void;
  /** Everything that it wrote since the last time that it drew itself anew, without escape codes. */
  screen(): string;
  /** Everything that it ever wrote. */
  written(): string;
  ended: Promise<number | NodeJS.Signals>;
  /** Takes the terminal away, which ends the tool; does nothing where it has ended. */
  hangUp(): Promise<void>;
}

export function startOnPty(args: readonly string[]): Pty {
  const quoted = [process.execPath, CLI, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn(SCRIPT, ['-qefc', `stty cols 100 rows 40; exec ${quoted}`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'xterm-256color' },
  });
  let written = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written += text;
  });
  const ended: Pty['ended'] = once(child, 'close').then(([code, signal]) => code ?? signal);
  return {
    press: (keys) => void child.stdin.write(keys),
    screen: () => stripVTControlCharacters(written.slice(written.lastIndexOf('\u001b[J') + 1)),
    written: () => written,
    ended,
    async hangUp() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await ended;
    },
  };
}
