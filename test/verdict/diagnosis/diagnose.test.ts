import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/verdict/diagnosis/diagnose.js';
import type { Found, Judged, Rule } from '../../../src/verdict/diagnosis/rule.js';
import { rules } from '../../../src/verdict/diagnosis/rules/index.js';
import { action, proof, weigh } from '../../../src/verdict/diagnosis/weigh.js';
import { healthyRun } from '../journal-builder.js';
import { resultOf } from './faulty-runs.js';

const run: Judged = resultOf(healthyRun());
const cause = (id: string, weights: Parameters<typeof weigh>[1]) => weigh({ id, title: id, actions: [action('look')] }, weights);
const one = proof('seen', 'somewhere');

const rule = (id: string, found: Partial<Found> | null): Rule => ({
  id,
  title: id,
  diagnose: () => found && { symptom: 'it is slow', from: null, to: null, evidence: [one], causes: [], watch: [], ...found },
});

describe('diagnose', () => {
  it('puts the best supported cause first, and keeps the order of the rule where causes stand equally', () => {
    const causes = [
      cause('out', { against: [one] }),
      cause('open', {}),
      cause('likely', { for: [one] }),
      cause('seen', { for: [one], seen: true }),
      cause('likely-too', { for: [one] }),
      cause('more-likely', { for: [one, one] }),
    ];
    const [finding] = diagnose(run, [rule('a', { causes })]);
    expect(finding?.causes.map(({ id }) => id)).toEqual(['seen', 'more-likely', 'likely', 'likely-too', 'open', 'out']);
  });

  it('leaves out what another finding explains, and tells nobody of that', () => {
    const findings = diagnose(run, [rule('general', {}), rule('special', { explains: ['general', 'special'] }), rule('other', {})]);
    expect(findings.map((finding) => finding.rule)).toEqual(['special', 'other']);
    expect(findings[0]).not.toHaveProperty('explains');
  });

  it('explains nothing by a rule that found nothing', () => {
    expect(diagnose(run, [rule('general', {}), rule('special', null)]).map((finding) => finding.rule)).toEqual(['general']);
  });
});

describe('weigh', () => {
  it.each([
    ['confirmed', { seen: true, for: [one], against: [one] }],
    ['likely', { for: [one], unknown: ['something'] }],
    ['possible', { for: [one], against: [one] }],
    ['possible', { against: [one], unknown: ['something'] }],
    ['possible', { seen: true }],
    ['ruled_out', { seen: true, against: [one] }],
  ])('says %s of %o', (standing, weights) => {
    expect(cause('a', weights).standing).toBe(standing);
  });
});

const FOLDER = new URL('../../../src/verdict/diagnosis/rules/', import.meta.url);

describe('the rules', () => {
  it('have the names of their files', () => {
    const files = readdirSync(FOLDER).filter((name) => name !== 'index.ts');
    expect(rules.map(({ id }) => `${id}.ts`).sort()).toEqual(files.sort());
  });

  it('explain only rules that there are', () => {
    const ids = new Set(rules.map(({ id }) => id));
    const named = readdirSync(FOLDER).flatMap((name) => {
      const source = readFileSync(new URL(name, FOLDER), 'utf8');
      return [...source.matchAll(/explains:[^;]*?\[(?<list>[^\]]*)\]/g)].flatMap(
        ({ groups }) => groups?.list?.match(/(?<=')[a-z-]+(?=')/g) ?? [],
      );
    });
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
  });
});
