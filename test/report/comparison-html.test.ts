import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { comparisonHtml } from '../../src/report/comparison-html.js';
import type { ComparisonModel } from '../../src/report/view/model.js';

const HOSTILE = '</script><script>alert(1)</script>';

const model: ComparisonModel = {
  ...{ version: 1, kind: 'comparison', language: 'ko', times: [0], thinning: 1 },
  runs: [{ runId: 'a', connected: [1], requests: [2], failures: [0], tasks: [{ name: HOSTILE, p95: [3] }] }],
  comparison: {
    ...{ version: 1, runs: [], differences: [], metrics: [], method: 'by looking' },
    ...{ reproducible: 'no', reasons: [`the verdicts differ: ${HOSTILE}`] },
  },
};

describe('comparison.html', () => {
  const html = comparisonHtml(model);

  it('is the page with its data, in its language', () => {
    expect(html).toContain('<html lang="ko">');
    const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
    expect(JSON.parse(data)).toEqual(model);
  });

  it('runs its own script and nobody else’s, and asks nobody', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, source = '']) => source);
    expect(scripts).toHaveLength(1);
    expect(policy).toContain(
      `'sha256-${createHash('sha256')
        .update(scripts[0] as string)
        .digest('base64')}'`,
    );
    expect(html).not.toContain('<script>alert(1)');
  });

  it('says what matters to readers without scripts, too', () => {
    expect(/<noscript>(.*?)<\/noscript>/s.exec(html)?.[1]).toContain('the verdicts differ: &lt;/script&gt;');
  });

  it('is the same each time', () => {
    expect(comparisonHtml(model)).toBe(html);
  });
});
