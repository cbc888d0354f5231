/** What other programs can use of this package: the journal, the judgement and the contracts. */
export type { CheckStatus, JournalEvent, LoadSecond, Sample, Stage, TaskSecond } from './journal/event.js';
export { SCHEMA_VERSION } from './journal/event.js';
export { METRICS, type MetricName, type Unit } from './journal/metrics.js';
export { JournalError, readJournal } from './journal/reader.js';
export type {
  Connect,
  Correlation,
  Message,
  Resync,
  Scenario,
  ScenarioModule,
  ScenarioOptions,
  Task,
  User,
} from './load/scenario.js';
export type { Check, CheckContext, CheckResult } from './preflight/check.js';
export type { Reading, Sampler, SamplerContext } from './samplers/sampler.js';
export { judge } from './verdict/judge.js';
export type { RunResult } from './verdict/run-result.js';
export { summarize } from './verdict/summarize.js';
