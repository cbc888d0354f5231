import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { journalEvent } from '../../src/journal/event.js';
import { verdictJson } from '../../src/report/verdict-json.js';
import { type VerdictDocument, verdictJsonSchema, verdictSchema } from '../../src/report/verdict-schema.js';
import { VERDICT_SCHEMA_ID } from '../../src/report/verdict-schema-id.js';
import { judge } from '../../src/verdict/judge.js';
import { RESULT_VERSION, type RunResult } from '../../src/verdict/run-result.js';
import { summarize } from '../../src/verdict/summarize.js';
import { healthyRun } from '../verdict/journal-builder.js';

const published = fileURLToPath(new URL('../../schema/verdict.schema.json', import.meta.url));
const journals = fileURLToPath(new URL('../fixtures/journals', import.meta.url));
const cases = await readdir(journals);

async function document(name: string): Promise<Record<string, unknown>> {
  const lines = (await readFile(`${journals}/${name}/journal.ndjson`, 'utf8')).trimEnd().split('\n');
  return JSON.parse(verdictJson(judge(summarize(lines.map((line) => journalEvent.parse(JSON.parse(line)))))));
}

/** A type with its intersections and aliases dissolved, all the way down. */
type Flat<T> = T extends (infer Item)[] ? Flat<Item>[] : T extends object ? { [Key in keyof T]: Flat<T[Key]> } : T;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

const STRICT = { strict: true, allErrors: true } as const;

describe('the JSON Schema of verdict.json', () => {
  it('is published as the command "npm run schema" makes it', async () => {
    await expect(`${JSON.stringify(verdictJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(published);
  });

  it('is of the same type as the result without its series', () => {
    // The compiler is the test: `npm run typecheck` fails where a field is missing, is one too many or has another type.
    const same: Same<Flat<Omit<VerdictDocument, '$schema'>>, Flat<Omit<RunResult, 'history' | 'heat' | 'canaryHistory' | 'series'>>> = true;
    const other: Same<Flat<{ a: { b?: string } }>, Flat<{ a: { b: string } }>> = false;
    expect([same, other]).toEqual([true, false]);
  });

  it('has the version of the result in its id', () => {
    expect(VERDICT_SCHEMA_ID.endsWith(`:${RESULT_VERSION}`)).toBe(true);
  });

  it.each(cases)('takes the verdict of the journal "%s"', async (name) => {
    const validate = new Ajv2020(STRICT).compile(verdictJsonSchema());
    expect(validate(await document(name)), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each(cases)('knows every field of the verdict of the journal "%s"', async (name) => {
    const closed = new Ajv2020(STRICT).compile(z.toJSONSchema(verdictSchema, { io: 'output' }));
    expect(closed(await document(name)), JSON.stringify(closed.errors)).toBe(true);
  });

  it('refuses a verdict of another shape, and takes one that tells more', () => {
    const validate = new Ajv2020(STRICT).compile(verdictJsonSchema());
    const verdict = JSON.parse(verdictJson(judge(summarize(healthyRun()))));
    expect(validate({ ...verdict, more: 1 })).toBe(true);
    expect(validate({ ...verdict, $schema: 'urn:loadwitness:verdict:2' })).toBe(false);
    expect(validate({ ...verdict, verdict: 'MAYBE' })).toBe(false);
    const { criteria: _criteria, ...without } = verdict;
    expect(validate(without)).toBe(false);
  });
});
