import { copyFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { figuresOf, toolOf } from '../../../src/commands/external/figures.js';

const fixture = (name: string): string => new URL(`../../fixtures/${name}`, import.meta.url).pathname;

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'loadwitness-figures-'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

describe('figuresOf', () => {
  it('takes only files that were written since', async () => {
    const command = ['locust', '--csv', 'run'];
    copyFileSync(fixture('locust/out_stats.csv'), join(cwd, 'run_stats.csv'));
    const source = await figuresOf(command, { cwd, env: {} });
    expect(await source.read()).toEqual({ ok: false, problem: 'Locust has not written run_stats.csv in this run' });
    // The same bytes, written again.
    utimesSync(join(cwd, 'run_stats.csv'), new Date(), new Date(Date.now() + 1));
    expect(await source.read()).toMatchObject({ ok: true, files: ['run_stats.csv'], rows: [{ name: 'GET /good' }, {}, {}, {}] });
    copyFileSync(fixture('locust/out_failures.csv'), join(cwd, 'run_failures.csv'));
    const figures = await source.read();
    expect(figures).toMatchObject({ ok: true, files: ['run_stats.csv', 'run_failures.csv'] });
  });

  it('takes the summary of k6', async () => {
    const source = await figuresOf(['k6', 'run', '--summary-export=s.json', 'x.js'], { cwd, env: {} });
    expect(await source.read()).toEqual({ ok: false, problem: 'k6 has not written s.json in this run' });
    copyFileSync(fixture('k6/summary.json'), join(cwd, 's.json'));
    expect(await source.read()).toMatchObject({ ok: true, files: ['s.json'], rows: [{ name: 'http_reqs' }, {}, {}] });
  });

  it('says of a file that is none what is wrong with it', async () => {
    const source = await figuresOf(['k6', 'run', '--summary-export=broken.json', 'x.js'], { cwd, env: {} });
    writeFileSync(join(cwd, 'broken.json'), '{}');
    expect(await source.read()).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^broken\.json cannot be used: it is no summary/),
    });
  });

  it.each([
    [['locust', '-f', 'a.py'], 'Locust was not told to leave its figures: give it --csv <prefix>'],
    [['k6', 'run', 'x.js'], expect.stringContaining('give it --summary-export <file>')],
    [['npx', 'artillery', 'run', 'x.yml'], expect.stringContaining('the figures of npx are not known here')],
  ])('says of %j why there is nothing', async (command, problem) => {
    expect(await (await figuresOf(command, { cwd, env: {} })).read()).toEqual({ ok: false, problem });
  });

  it.each([
    [['/usr/bin/locust', '-f', 'a.py'], 'locust'],
    [['python3', '-m', 'locust'], 'locust'],
    [['nice', 'k6', 'run', 'x.js'], 'k6'],
    [['C:\\tools\\k6.exe', 'run'], 'k6'],
    [['./load.sh'], 'load.sh'],
  ])('knows %j', (command, tool) => {
    expect(toolOf(command)).toBe(tool);
  });
});
