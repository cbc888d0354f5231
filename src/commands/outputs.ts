import type { Redactor } from '../bundle/redact.js';
import type { LiveExport } from '../export/export.js';
import { LiveMetrics } from '../export/live-metrics.js';
import { type OtlpTarget, otlpTarget } from '../export/otlp-target.js';
import { type Address, parseAddress, servePrometheus } from '../export/prometheus.js';
import type { JournalWriter } from '../journal/writer.js';
import type { Language } from '../report/view/model.js';
import type { Io } from './io.js';
import { languageFrom } from './language.js';
import { checkReports, parseReports } from './report-files.js';
import { RUN_REPORTS, type RunReportFile } from './run-reports.js';
import { VERSION } from './version.js';

/** The options of where a run goes beside its folder, as they were typed. */
export interface OutputOptions {
  /** Each `<kind>=<path>`. */
  report?: readonly string[];
  /** `:9464`, `<host>:<port>`. */
  metrics?: string;
  /** A URL; `true`: the environment has it. */
  otlp?: string | true;
  /** Of the report's page. */
  lang?: string;
}

/** The same, read. */
export interface Outputs {
  reports: readonly RunReportFile[];
  metrics: Address | undefined;
  otlp: OtlpTarget | undefined;
  language: Language;
}

/** Those of the options that are about outputs. */
export const outputOptions = ({ report, metrics, otlp, lang }: OutputOptions): OutputOptions => ({
  ...(report !== undefined && { report }),
  ...(metrics !== undefined && { metrics }),
  ...(otlp !== undefined && { otlp }),
  ...(lang !== undefined && { lang }),
});

/** @throws UsageError for what cannot be used, before anything is done that takes long. */
export async function prepareOutputs({ report = [], metrics, otlp, lang }: OutputOptions, env: NodeJS.ProcessEnv): Promise<Outputs> {
  const reports = parseReports(report, RUN_REPORTS);
  await checkReports(reports);
  return {
    reports,
    metrics: metrics === undefined ? undefined : parseAddress(metrics),
    otlp: otlp === undefined ? undefined : otlpTarget(otlp, env),
    language: languageFrom(env, lang),
  };
}

/** A run that is shown to others while it lasts. */
export interface Show {
  /** Shows what the journal is told from now on. Secrets of the exports become known to `redactor`. */
  follow(journal: Pick<JournalWriter, 'follow'>, redactor: Redactor): void;
  /** Tells the last state and ends. The second time it does nothing. */
  close(): Promise<void>;
}

/** Opens what others look at. @throws UsageError when the address is not to be had. */
export async function openShow({ metrics: address, otlp }: Outputs, io: Pick<Io, 'say'>): Promise<Show> {
  const metrics = new LiveMetrics();
  const open: LiveExport[] = [];
  if (address !== undefined) {
    const endpoint = await servePrometheus(address, metrics);
    open.push(endpoint);
    io.say(`metrics for Prometheus: ${endpoint.place}`);
  }
  // OpenTelemetry's code is much, and few need it.
  const startOtlp = otlp && (await import('../export/otlp.js')).startOtlp;
  return {
    follow(journal, redactor) {
      if (address === undefined && otlp === undefined) return;
      journal.follow((event) => metrics.add(event));
      if (otlp === undefined || startOtlp === undefined) return;
      // A token is a secret also without the word in front of it: "Bearer …".
      for (const secret of Object.values(otlp.headers).flatMap((value) => [value, value.split(' ').at(-1) ?? value])) redactor.add(secret);
      const problem = (message: string): void => io.say(redactor.redact(message));
      const exporter = startOtlp(otlp, metrics, { version: VERSION, problem });
      open.push(exporter);
      io.say(`metrics by OTLP: ${exporter.place}`);
    },
    async close() {
      await Promise.all(open.splice(0).map((one) => one.close()));
    },
  };
}
