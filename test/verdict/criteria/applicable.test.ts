import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../../src/journal/event.js';
import { judge } from '../../../src/verdict/judge.js';
import { summarize } from '../../../src/verdict/summarize.js';
import { CRITERIA, healthyRun, rewrite } from '../journal-builder.js';

const NONE = { backendCpu: null, backendMemory: null, redisClients: null, redisMemoryBytes: null, nginxConnections: null };

function judged(criteria: Record<string, unknown>) {
  const events: JournalEvent[] = rewrite(healthyRun(), (event) =>
    event.type === 'run.start' ? { ...event, criteria, replicas: 0 } : event,
  );
  const result = judge(summarize(events));
  return { verdict: result.verdict, rows: result.criteria };
}

describe('a criterion that does not apply', () => {
  it('is absent, and leaves the verdict to the others', () => {
    const { verdict, rows } = judged({ ...CRITERIA, taskP95Ms: {}, publishFailures: null, logProof: null, resources: NONE });
    expect(rows.map(({ id }) => id)).toEqual(['connect_success_rate', 'connect_p95', 'error_rate', 'generator_health', 'identity']);
    expect(verdict).toBe('PASS');
  });

  it('is not one whose limit the journal lacks: that one is inconclusive', () => {
    const { verdict, rows } = judged({ ...CRITERIA, publishFailures: undefined, resources: { ...NONE, backendCpu: undefined } });
    expect(rows.filter(({ status }) => status === 'inconclusive').map(({ id }) => id)).toEqual(['publish_failures', 'backend_cpu']);
    expect(verdict).toBe('INCONCLUSIVE');
  });

  it('is not one for which nothing proves that the logs were read', () => {
    const { rows } = judged({ ...CRITERIA, logProof: null });
    expect(rows.find(({ id }) => id === 'publish_failures')).toMatchObject({
      status: 'inconclusive',
      evidence: expect.stringContaining('monitoring.log_proof'),
    });
  });
});
