import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Io } from '../../src/commands/io.js';
import { type OneRun, parseRepeats, repeatRun } from '../../src/commands/repeat.js';
import { ExitCode } from '../../src/errors.js';

const JOURNALS = fileURLToPath(new URL('../fixtures/journals', import.meta.url));

describe('--repeat and --pause', () => {
  it('are one run without a pause unless they say otherwise', () => {
    expect(parseRepeats({})).toEqual({ times: 1, pauseSeconds: 0 });
    expect(parseRepeats({ repeat: '3', pause: '2m' })).toEqual({ times: 3, pauseSeconds: 120 });
  });

  it.each([
    [{ repeat: '0' }, '--repeat: must be a number from 1 to 20, is "0"'],
    [{ repeat: '2.5' }, '--repeat: must be a number from 1 to 20, is "2.5"'],
    [{ repeat: 'often' }, '--repeat: must be a number from 1 to 20, is "often"'],
    [{ repeat: '2', pause: 'long' }, '--pause: must be a time such as 30, 90s or 2m, is "long"'],
    [{ pause: '2m' }, '--pause is the time between the runs of --repeat, and there is one run'],
  ])('refuse %j', (options, message) => {
    expect(() => parseRepeats(options)).toThrow(message);
  });
});

describe('repeated runs', () => {
  let out: string;
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), 'loadwitness-repeat-'));
  });
  afterAll(() => rm(out, { recursive: true }));

  function world() {
    const stop = new AbortController();
    const said: string[] = [];
    const printed: string[] = [];
    const say = (line: string) => void said.push(line);
    const io: Io = {
      out: (text) => void printed.push(text),
      ...{ say, progress: say, block: () => {}, keys: () => () => {} },
      ...{ env: {}, isTerminal: false, outIsTerminal: false, colour: false, signal: stop.signal },
    };
    return { io, stop, said, printed };
  }

  /** Runs that leave such a journal, and end with these codes. */
  function runs(codes: readonly ExitCode[], name: string, { onRun = (_count: number) => {}, journal = 'healthy' } = {}): OneRun {
    let count = 0;
    return async (io) => {
      const exitCode = codes[count++] as ExitCode;
      const folder = join(out, `${name}-${count}`);
      await cp(join(JOURNALS, journal), folder, { recursive: true });
      io.out('the tables of one run');
      onRun(count);
      return { exitCode, folder };
    };
  }

  it('are compared in the end, in the one document on stdout', async () => {
    const { io, said, printed } = world();
    const code = await repeatRun({ times: 3, pauseSeconds: 0 }, runs([0, 0, 0], 'good'), false, io);
    expect(code).toBe(ExitCode.pass);
    expect(printed).toHaveLength(1);
    expect(printed[0]).toContain('3 runs:');
    expect(said.slice(0, 3)).toEqual(['run 1 of 3', 'run 2 of 3', 'run 3 of 3']);
    expect((await readdir(out)).filter((file) => file.startsWith('comparison-good'))).toEqual([
      'comparison-good-1.json',
      'comparison-good-1.md',
    ]);
    expect(said.at(-1)).toBe(join(out, 'comparison-good-1.md'));
  });

  it.each<[string, ExitCode[], ExitCode]>([
    ['a FAIL', [0, 1, 3], ExitCode.fail],
    ['what is INCONCLUSIVE', [0, 3, 0], ExitCode.inconclusive],
  ])('end as the worst of them, %s', async (name, codes, expected) => {
    const { io } = world();
    expect(await repeatRun({ times: 3, pauseSeconds: 0 }, runs(codes, name), false, io)).toBe(expected);
  });

  it('are INCONCLUSIVE in a strict run when nobody can tell that they are the same', async () => {
    const { io } = world();
    expect(await repeatRun({ times: 2, pauseSeconds: 0 }, runs([0, 0], 'strict', { journal: 'watch-only' }), true, io)).toBe(
      ExitCode.inconclusive,
    );
  });

  it('are not gone on with when the pre-flight fails, and say how many there are', async () => {
    const { io, said } = world();
    const code = await repeatRun({ times: 3, pauseSeconds: 0 }, runs([0, ExitCode.preflightFailed], 'stopped'), false, io);
    expect(code).toBe(ExitCode.preflightFailed);
    expect(said).toContain('2 of 3 runs were made');
  });

  it('end at a signal, in the pause too', async () => {
    const { io, stop, said } = world();
    const one = runs([0, 0, 0], 'paused', { onRun: () => setTimeout(() => stop.abort('SIGINT'), 5) });
    expect(await repeatRun({ times: 3, pauseSeconds: 3600 }, one, false, io)).toBe(ExitCode.pass);
    expect(said).toEqual(['run 1 of 3', 'the next run begins in 3600 s', '1 of 3 runs were made']);
  });
});
