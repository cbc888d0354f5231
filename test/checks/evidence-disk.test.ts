import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import check, { evidenceBytes, judgeDisk } from '../../checks/evidence-disk.js';
import type { ConfigLayer } from '../../src/config/layer.js';
import { checkContext } from '../helpers/check-context.js';

const MIB = 2 ** 20;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-disk-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const bytes = (layer: ConfigLayer) => evidenceBytes(checkContext(layer).config);
const plan = (seconds: number) => [{ name: 's', users: 1, spawnRate: 1, untilSeconds: seconds }];
const TINY = { stages: plan(1) };

describe('evidence-disk', () => {
  it('looks at the file system of a folder that is not there yet, and makes nothing', async () => {
    const result = await check.run(checkContext(TINY, { out: join(folder, 'not', 'yet') }));
    expect(result).toMatchObject({ status: 'pass', observed: expect.stringMatching(/iB free for .*loadwitness-disk-\w+$/) });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('fails where a run needs more than there is', async () => {
    const budget: ConfigLayer = { backends: [{ name: 'b', log: 'b.log' }], monitoring: { logBudgetBytes: 2 ** 50 } };
    const result = await check.run(checkContext({ ...TINY, ...budget }, { out: folder }));
    expect(result).toMatchObject({
      status: 'fail',
      expected: expect.stringMatching(/^1048576\.\d GiB/),
      remedy: expect.stringContaining('--out'),
    });
  });

  it('compares what is free with what is needed', () => {
    expect(judgeDisk(100 * MIB, 100 * MIB, '/x')).toMatchObject({ status: 'pass', observed: '100 MiB free for /x' });
    expect(judgeDisk(100 * MIB - 1, 100 * MIB, '/x')).toMatchObject({ status: 'fail' });
  });

  it('needs more for a longer run, more backends and each log that is read', () => {
    const least = bytes(TINY);
    expect(bytes({ stages: plan(1500) })).toBeGreaterThan(least + 10 * MIB);
    expect(bytes({ ...TINY, backends: [{ name: 'b', log: 'b.log' }] })).toBeGreaterThan(least + 50 * MIB);
    expect(bytes({ ...TINY, backends: [{ name: 'b', pid: 1 }] })).toBeLessThan(least + MIB);
  });
});
