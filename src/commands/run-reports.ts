import type { JournalEvent } from '../journal/event.js';
import { renderHtml } from '../report/html.js';
import { exceptionsCsv, failuresCsv, fullHistoryCsv, historyCsv, statsCsv } from '../report/locust-csv.js';
import { openMetrics } from '../report/openmetrics.js';
import { pullRequestMarkdown } from '../report/pull-request.js';
import { runJunit } from '../report/run-junit.js';
import { verdictJson } from '../report/verdict-json.js';
import type { Language } from '../report/view/model.js';
import { fullHistory } from '../verdict/full-history.js';
import type { RunResult } from '../verdict/run-result.js';
import { type DocumentPart, oneFile, type ReportFile, type ReportKind } from './report-files.js';

/** A run, as far as reports may know it. */
export interface ReportedRun {
  result: RunResult;
  /** Of those reports that are told in words of ours. */
  language: Language;
  /** Its journal once more, from the start. */
  events(): Iterable<JournalEvent>;
}

export type RunReportFile = ReportFile<ReportedRun>;

const ofResult = (render: (result: RunResult) => string): ReportKind<ReportedRun> => oneFile(({ result }) => render(result));

/** Locust's four files. */
const locust = (history: (run: ReportedRun) => DocumentPart['text']): ReportKind<ReportedRun> => ({
  prefix: true,
  make: (run) => [
    { suffix: '_stats.csv', text: statsCsv(run.result) },
    { suffix: '_stats_history.csv', text: history(run) },
    { suffix: '_failures.csv', text: failuresCsv(run.result) },
    { suffix: '_exceptions.csv', text: exceptionsCsv(run.result) },
  ],
});

/** What `--report` of a run can write. */
export const RUN_REPORTS = {
  html: oneFile(({ result, language }: ReportedRun) => renderHtml(result, { language })),
  json: ofResult(verdictJson),
  junit: ofResult(runJunit),
  markdown: ofResult(pullRequestMarkdown),
  openmetrics: ofResult(openMetrics),
  csv: locust(({ result }) => historyCsv(result)),
  'csv-full-history': locust(({ events }) => fullHistoryCsv(fullHistory(events()))),
};
