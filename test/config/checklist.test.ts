import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Flags, loadConfig } from '../../src/config/load.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadwitness-checklist-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function load(text: string, flags: Flags = {}) {
  const file = join(folder, 'loadwitness.yaml');
  writeFileSync(file, `target: ws://127.0.0.1:1\n${text}`);
  return loadConfig({ file, flags, env: {} }).config;
}

describe('the hours in which production may be loaded', () => {
  it("are the guide's unless the file says otherwise", () => {
    expect(load('').offPeak).toEqual({ from: '02:00', to: '05:00', timeZone: 'Asia/Seoul' });
    expect(load('scenario: ./own.js\n').offPeak).toEqual({ from: '02:00', to: '05:00', timeZone: 'Asia/Seoul' });
  });

  it.each([
    ['{from: 23:30, to: "04:00", time_zone: Europe/Berlin}', { from: '23:30', to: '04:00', timeZone: 'Europe/Berlin' }],
    ['{to: 06:00}', { from: '02:00', to: '06:00', timeZone: 'Asia/Seoul' }],
    ['{time_zone: UTC}', { from: '02:00', to: '05:00', timeZone: 'UTC' }],
  ])('can be %s', (text, expected) => {
    expect(load(`off_peak: ${text}\n`).offPeak).toEqual(expected);
  });

  it.each([
    ['{from: "24:00"}', /off_peak\.from: must be a time of day such as "02:00", is "24:00"/],
    ['{from: "2:00"}', /off_peak\.from: must be a time of day/],
    ['{to: "05:60"}', /off_peak\.to: must be a time of day/],
    ['{from: 2}', /off_peak\.from: must be a text/],
    ['{time_zone: Asia/Soul}', /off_peak\.time_zone: must be a time zone such as Asia\/Seoul or UTC, is "Asia\/Soul"/],
    ['{form: "02:00"}', /off_peak\.form: unknown key, did you mean "from"/],
    ['{from: "05:00"}', /off_peak: must not end when it begins \(05:00\)/],
  ])('cannot be %s', (text, message) => {
    expect(() => load(`off_peak: ${text}\n`)).toThrow(message);
  });
});

describe('--yes', () => {
  it('is a flag alone: a file that is copied to another target must not say it', () => {
    expect(load('').yes).toBe(false);
    expect(load('', { yes: true }).yes).toBe(true);
    expect(() => load('yes: true\n')).toThrow(/unknown key/);
  });
});

describe("the folder of a project's own checks", () => {
  it('is beside the file, or where the flag says from here', () => {
    expect(load('')).not.toHaveProperty('checksFolder');
    expect(load('checks: ./own\n').checksFolder).toBe(join(folder, 'own'));
    expect(load('checks: ./own\n', { checks: 'other' }).checksFolder).toBe(resolve('other'));
  });
});
