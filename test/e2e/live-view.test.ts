import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Evidence } from '../helpers/evidence.js';
import { hasPty, type Pty, startOnPty } from '../helpers/pty.js';
import { until } from '../helpers/until.js';

const folder = mkdtempSync(join(tmpdir(), 'loadwitness-live-'));
let pty: Pty | undefined;
afterAll(async () => {
  await pty?.hangUp();
  rmSync(folder, { recursive: true });
});

describe.skipIf(!hasPty())('a run on a terminal', () => {
  it('shows how it goes, follows the keys, ends on Ctrl-C, and leaves its reports on a clean screen', async () => {
    const plan = ['--stages', '10@20:90s', '--think-time', '0.5-1', '--interval', '1'];
    const terminal = startOnPty(['demo', '--out', folder, '--no-preflight', ...plan]);
    pty = terminal;
    const shows = async (what: RegExp) => await until(`a screen with ${what}`, () => what.test(terminal.screen()), 60_000);
    await shows(/10 planned · 10 active · 10 connected/);
    await shows(/location_update +\d+ +0 /);
    await shows(/fastapi-1 +\d+ /);
    await shows(/Redis +✔ \d+ clients/);
    await shows(/Canaries +✔/);
    terminal.press('w');
    await shows(/11 planned \(\+1 by hand\) · 11 active · 11 connected/);
    terminal.press('W');
    await shows(/21 planned \(\+11 by hand\) · 21 active · 21 connected/);
    terminal.press('s');
    await shows(/20 planned \(\+10 by hand\) · 20 active · 20 connected/);
    terminal.press('S');
    await shows(/10 planned · 10 active · 10 connected/);
    terminal.press('?');
    await shows(/one user more/);
    terminal.press('\u0003');
    expect(await terminal.ended).toBe(130);
    expect(terminal.screen()).not.toContain('planned');
    expect(terminal.screen()).toContain('Verdict: INCONCLUSIVE');
    const evidence = Evidence.only(folder);
    expect(evidence.of('load.adjust').map(({ users }) => users)).toEqual([1, 11, 10, 0]);
    expect(evidence.of('run.end')).toMatchObject([{ reason: 'signal', signal: 'SIGINT' }]);
  });
});
