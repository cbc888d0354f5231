import type { CloudWatchClient } from '../clients/cloudwatch.js';
import { CloudWatchError } from '../clients/cloudwatch-error.js';
import { agentMetrics, type CloudWatchTarget, knownMetrics, missingOfAgent, seriesKey, titleOf } from './cloudwatch-plan.js';
import { CloudWatchSeries } from './cloudwatch-series.js';

/** How an attempt to ask ended. `refused`: asking again is of no use. */
export type Asked = 'answered' | 'failed' | 'refused';

/** Tells one trouble, or with undefined that it is over. @param what what makes it another one. */
type Tell = (key: string, message: string | undefined, what?: string) => void;

/** Asks CloudWatch for everything that a target has, and tells each trouble once until it is over or another. */
export class CloudWatchAsker {
  readonly #client: CloudWatchClient;
  readonly #target: CloudWatchTarget;
  readonly #problems = new Map<string, string>();
  #series: CloudWatchSeries[];
  #agentIsKnown: boolean;

  constructor(client: CloudWatchClient, target: CloudWatchTarget) {
    this.#client = client;
    this.#target = target;
    this.#series = knownMetrics(target).map((metric) => new CloudWatchSeries(metric));
    this.#agentIsKnown = target.instanceId === undefined;
  }

  get series(): readonly CloudWatchSeries[] {
    return this.#series;
  }

  /** Asks for the datapoints of a window. @param period in seconds. @throws only what is no trouble of CloudWatch. */
  async ask(
    window: { from: number; to: number },
    period: number,
    { problem, signal }: { problem(message: string): void; signal: AbortSignal },
  ): Promise<Asked> {
    const tell: Tell = (key, message, what = message) => {
      if (message !== undefined && this.#problems.get(key) !== what) problem(message);
      if (what === undefined) this.#problems.delete(key);
      else this.#problems.set(key, what);
    };
    try {
      await this.#findAgent(signal, tell);
      const asked = this.#series.map((one) => ({ one, queries: one.queries(period) }));
      if (asked.length === 0) {
        tell('call', 'there is nothing to ask CloudWatch for: set cloudwatch.instance_id or cloudwatch.metrics');
        return 'refused';
      }
      const data = await this.#client.getMetricData(
        asked.flatMap(({ queries }) => queries),
        window,
        signal,
      );
      tell('call', undefined);
      tell('messages', data.messages.length === 0 ? undefined : `CloudWatch says: ${data.messages.join('; ')}`);
      for (const { one, queries } of asked) {
        const answers = data.series.splice(0, queries.length);
        // An answer that ended in an error is none; what is missing is asked for again with the next window.
        one.add(answers.map((answer) => (answer.status === 'InternalError' ? { ...answer, points: [] } : answer)));
        tell(seriesKey(one.metric), troubleOf(one, answers));
      }
      return 'answered';
    } catch (error) {
      if (!(error instanceof CloudWatchError)) throw error;
      const late = error.permanent ? '; what is missing is completed later with "loadwitness finalize <run folder>"' : '';
      // By its kind: the numbers in the message are others each time.
      tell('call', `${error.message}${late}`, error.kind);
      return error.permanent ? 'refused' : 'failed';
    }
  }

  /** Looks for the agent's metrics until that was answered once. That it may not be asked hides no other metric. */
  async #findAgent(signal: AbortSignal, tell: Tell): Promise<void> {
    const { instanceId } = this.#target;
    if (this.#agentIsKnown || instanceId === undefined) return;
    try {
      const found = await agentMetrics(this.#client, instanceId, signal);
      this.#agentIsKnown = true;
      this.#series = [...this.#series, ...found.map((metric) => new CloudWatchSeries(metric))];
      const missing = missingOfAgent(found);
      const none = `CloudWatch knows no ${missing.join(' and no ')} of ${instanceId} (namespace CWAgent): is the CloudWatch agent installed there, with InstanceId as a dimension?`;
      tell('agent', missing.length === 0 ? undefined : none);
    } catch (error) {
      if (!(error instanceof CloudWatchError)) throw error;
      // Credentials and region stand in the way of everything: told once, with the datapoints.
      if (error.kind === 'credentials' || error.kind === 'region') throw error;
      tell('agent', `the metrics of the CloudWatch agent could not be looked for: ${error.message}`, error.kind);
    }
  }
}

/** What is wrong with one metric's answers; undefined: nothing. */
function troubleOf(one: CloudWatchSeries, answers: readonly { status: string; messages: readonly string[] }[]): string | undefined {
  const title = titleOf(one.metric);
  const bad = answers.find(({ status }) => status === 'Forbidden' || status === 'InternalError' || status === 'PartialData');
  const said = bad === undefined || bad.messages.length === 0 ? '' : ` (${bad.messages.join('; ')})`;
  if (bad?.status === 'Forbidden') return `CloudWatch does not give ${title}: Forbidden${said}: allow cloudwatch:GetMetricData for it`;
  if (bad !== undefined) return `CloudWatch gave ${title} incompletely: ${bad.status}${said}: it is asked again`;
  return one.isAlive ? undefined : `CloudWatch has no datapoint of ${title}: ${one.metric.hint}`;
}
