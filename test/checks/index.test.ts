import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checks } from '../../checks/index.js';

describe('the checklist', () => {
  it('holds every file of checks/ under its own name', () => {
    const files = readdirSync(new URL('../../checks', import.meta.url)).filter((name) => name !== 'index.ts');
    expect(checks.map((check) => `${check.id}.ts`).sort()).toEqual(files.sort());
  });

  it('names only checks that stand before', () => {
    for (const [index, check] of checks.entries()) {
      const before = checks.slice(0, index).map((one) => one.id);
      for (const id of check.after ?? []) expect(before).toContain(id);
    }
  });

  it('says of each what it costs when nobody looks', () => {
    for (const check of checks) expect(check.why.length).toBeGreaterThan(30);
  });
});
