import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { journalEvent } from '../../src/journal/event.js';
import { isPlainEvent } from '../../src/journal/plain-event.js';
import { canarySecond, healthySecond } from '../verdict/journal-builder.js';

const label = fc.oneof(fc.string(), fc.constantFrom('timeout', 'close 1006', 'constructor', 'toString'));
const count = fc.oneof(fc.nat(), fc.constantFrom(0, Number.MAX_SAFE_INTEGER));
const counts = fc.dictionary(label, count, { noNullPrototype: true, maxKeys: 3 });
const list = fc.array(count, { maxLength: 6 });
const from0 = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
const number = fc.double({ noNaN: true, noDefaultInfinity: true });

const taskSecond = fc.record({
  ...{ requests: count, failures: counts, replies: counts, late: count, bytes: count, sum: count, min: count, max: count },
  ...{ latency: list, intended: list },
});
const loadSecond = fc.record({
  ...{ type: fc.constant('load.second'), t: number, worker: count, second: count },
  users: fc.record({ planned: count, active: count, connected: count }),
  tasks: fc.dictionary(label, taskSecond, { noNullPrototype: true, maxKeys: 2 }),
  timings: fc.dictionary(label, list, { noNullPrototype: true, maxKeys: 2 }),
  ...{ pushes: counts, closes: counts, drops: counts, unsent: count, exceptions: counts },
  generator: fc.record({ loopDelayMs: from0, utilization: from0, gcMs: from0, lagMs: from0 }),
});
const sample = fc.record(
  { name: fc.string(), value: number, attributes: fc.dictionary(label, fc.string(), { noNullPrototype: true, maxKeys: 3 }) },
  { requiredKeys: ['name', 'value'] },
);
const sampleEvent = fc.record(
  {
    ...{ type: fc.constant('sample'), t: number, sampler: fc.string(), samples: fc.array(sample, { maxLength: 4 }) },
    intervalMs: fc.double({ min: 1e-9, noNaN: true, noDefaultInfinity: true }),
  },
  { requiredKeys: ['type', 't', 'sampler', 'samples'] },
);
const canary = fc.record(
  {
    ...{ type: fc.constant('canary.second'), t: number, second: count, phase: fc.constantFrom('before', 'load', 'after') },
    ...{ published: count, unaddressed: count, failures: counts, received: count, late: count, lost: count, lostBy: counts },
    ...{ withdrawn: count, duplicates: count, reordered: count, latency: list, overdue: count, subscribers: count },
  },
  {
    requiredKeys: [
      ...(['type', 't', 'second', 'phase', 'published', 'unaddressed', 'failures', 'received', 'late', 'lost', 'lostBy'] as const),
      ...(['withdrawn', 'duplicates', 'reordered', 'latency'] as const),
    ],
  },
);
const whole = fc.oneof(loadSecond, sampleEvent, canary);

/** What may stand where something else should: as text, since some of it is no JavaScript literal. */
const wrong = fc.constantFrom(
  ...['-1', '1.5', '9007199254740992', '1e999', '-1e999', '-0', '"1"', '""', 'null', 'true', '[]', '{}', '[-1]', '[1.5]', '["a"]', '[[1]]'],
  ...['{"a":-1}', '{"a":"b"}', '{"__proto__":1}', '{"__proto__":"a"}', '{"a":{}}', '[{}]', '[{"name":"a","value":1}]', '[null]'],
);

const MARK = '@here@';

/** A copy of a value in which one thing, chosen by numbers, is left out, added or another. */
function damage(value: unknown, path: readonly number[], how: 'replace' | 'remove' | 'add' | 'prototype', put: string): string {
  const copy = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  let at = copy;
  for (const [depth, choice] of path.entries()) {
    const keys = Object.keys(at);
    if (keys.length === 0) break;
    const key = keys[choice % keys.length] as string;
    const inner = at[key];
    if (depth < path.length - 1 && typeof inner === 'object' && inner !== null) {
      at = inner as Record<string, unknown>;
      continue;
    }
    if (how === 'remove') delete at[key];
    else if (how === 'replace') at[key] = MARK;
    break;
  }
  if (how === 'add') at.surprise = MARK;
  // JSON can hold what no literal of JavaScript makes.
  if (how === 'prototype') at[`${MARK}proto`] = MARK;
  return JSON.stringify(copy).replaceAll(`"${MARK}proto"`, '"__proto__"').replaceAll(`"${MARK}"`, put);
}

const asRead = (text: string): unknown => JSON.parse(text);

/** What counts: nothing is plain that the schema would not take, or would take for something else. */
function mustAgree(value: unknown): void {
  if (!isPlainEvent(value)) return;
  const parsed = journalEvent.safeParse(value);
  expect(parsed.success).toBe(true);
  expect(parsed.data).toEqual(value);
}

describe('a plain event', () => {
  it('is every whole one of the events that a journal has most of', () => {
    fc.assert(
      fc.property(whole, (event) => {
        const value = asRead(JSON.stringify(event));
        // The schema leaves a label out that is an object's prototype: that is for the schema.
        if (JSON.stringify(event).includes('"__proto__"')) return;
        expect(isPlainEvent(value)).toBe(true);
        mustAgree(value);
      }),
      { numRuns: 300 },
    );
    for (const event of [healthySecond(0), canarySecond(0)]) expect(isPlainEvent(asRead(JSON.stringify(event)))).toBe(true);
  });

  it('is none that the schema refuses or changes, whatever is wrong with it', () => {
    const how = fc.constantFrom('replace', 'remove', 'add', 'prototype');
    const path = fc.array(fc.nat(20), { minLength: 1, maxLength: 5 });
    let refused = 0;
    fc.assert(
      fc.property(whole, path, how, wrong, (event, ...[where, what, put]) => {
        const value = asRead(damage(event, where, what as 'add', put));
        if (!isPlainEvent(value)) refused++;
        mustAgree(value);
      }),
      { numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  it('is none that is no event at all', () => {
    fc.assert(fc.property(fc.json(), (text) => mustAgree(asRead(text))));
    expect(isPlainEvent(null)).toBe(false);
    expect(isPlainEvent([])).toBe(false);
  });

  it('agrees with the schema on every line of the journals that are kept', () => {
    const folder = fileURLToPath(new URL('../fixtures/journals', import.meta.url));
    for (const name of readdirSync(folder)) {
      for (const line of readFileSync(join(folder, name, 'journal.ndjson'), 'utf8').split('\n')) if (line !== '') mustAgree(asRead(line));
    }
  });
});
