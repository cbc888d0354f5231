import type { CriterionRow, RunResult, StageResult } from '../verdict/run-result.js';
import { checkCase } from './checklist-junit.js';
import { tested, why } from './headline.js';
import { type JunitCase, type JunitOutcome, renderJunit } from './junit.js';

/**
 * junit.xml of a run: its verdict, its criteria, its stages and its checks, each a suite. What is proven to fail is a failure, what could not
 * be judged an error, what was skipped skipped. Where the verdict does not depend on what could not be judged, that is skipped too, so
 * that a run that passed is not red for a reading that nobody needs; a warning is a test that passed and has something to say.
 */
export function runJunit(result: RunResult): string {
  const suites: [name: string, cases: JunitCase[]][] = [
    ['verdict', [verdictCase(result)]],
    ['criteria', result.criteria.map((row) => criterionCase(row, result.strict))],
    ['stages', result.window.loadStart === null ? [] : result.stages.map((stage, index) => stageCase(stage, index, result))],
    ['checks', result.checks.map((check) => ({ ...checkCase(check), classname: `checks.${check.check}` }))],
  ];
  const startedAt = result.window.runStart;
  return renderJunit(suites.filter(([, cases]) => cases.length > 0).map(([name, cases]) => ({ name, startedAt, cases })));
}

function verdictCase(result: RunResult): JunitCase {
  const outcomes = { PASS: 'pass', FAIL: 'failure', INCONCLUSIVE: 'error' } as const;
  const { window, findings } = result;
  return {
    classname: 'verdict',
    name: tested(result),
    durationMs: (window.runEnd ?? window.lastEvent) - window.runStart,
    outcome: outcomes[result.verdict],
    message: `${result.verdict}: ${why(result)}`,
    details: [
      ...result.reasons.map(({ text }) => `why: ${text}`),
      ...findings.flatMap(({ title, symptom, causes }) => [
        `finding: ${title}: ${symptom}`,
        ...causes.slice(0, 1).map((cause) => `  ${cause.standing.replace('_', ' ')}: ${cause.title}`),
      ]),
    ],
  };
}

function criterionCase(row: CriterionRow, strict: boolean): JunitCase {
  return {
    classname: `criteria.${row.id}`,
    name: row.required ? row.title : `${row.title} (recommended)`,
    durationMs: 0,
    outcome: outcomeOf(row, strict),
    message: row.status === 'inconclusive' ? `not proven: ${row.evidence}` : `${row.observed}, must be ${row.threshold}`,
    details: [
      ...(row.critical ? ['beyond its critical limit'] : []),
      `observed: ${row.observed}`,
      `must be: ${row.threshold}`,
      `evidence: ${row.evidence}`,
    ],
  };
}

function outcomeOf({ status, required }: CriterionRow, strict: boolean): JunitOutcome {
  switch (status) {
    case 'pass':
      return 'pass';
    case 'warn':
      return strict ? 'failure' : 'note';
    case 'fail':
      return 'failure';
    case 'inconclusive':
      return required || strict ? 'error' : 'skipped';
  }
}

/** A stage that could not be judged by itself does not keep the whole run from passing. */
function stageCase(stage: StageResult, index: number, { verdict }: RunResult): JunitCase {
  const outcomes = { pass: 'pass', fail: 'failure', inconclusive: verdict === 'PASS' ? 'skipped' : 'error' } as const;
  return {
    classname: `stages.${index + 1}`,
    name: stage.name,
    durationMs: stage.window === null ? 0 : (stage.window.to - stage.window.from) * 1000,
    outcome: outcomes[stage.status],
    message: stage.reasons.join('; '),
    details: [
      `users: ${stage.usersReached} of ${stage.users}`,
      `requests: ${stage.requests}, failed: ${stage.failures}, dropped connections: ${stage.drops}`,
      ...stage.criteria
        .filter(({ status }) => status !== 'pass')
        .map((row) => `${row.title}: ${row.status}, ${row.observed}, must be ${row.threshold}`),
    ],
  };
}
