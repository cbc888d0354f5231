import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../../src/journal/event.js';
import { readBuilt } from '../../src/report/built-page.js';
import { pageDocument, renderHtml } from '../../src/report/html.js';
import { pageModel } from '../../src/report/page-model.js';
import type { PageModel } from '../../src/report/view/model.js';
import { judge } from '../../src/verdict/judge.js';
import { summarize } from '../../src/verdict/summarize.js';
import { healthyRun, LOAD_START, rewrite } from '../verdict/journal-builder.js';
import { longResult } from './long-result.js';

const result = judge(summarize(healthyRun()));

const DATA = /<script type="application\/json" id="data">(.*?)<\/script>/s;
const dataOf = (html: string): PageModel => JSON.parse(DATA.exec(html)?.[1] ?? '') as PageModel;
const SCRIPT = /<script>(.*?)<\/script>/s;
const STYLE = /<style>(.*?)<\/style>/s;

/** What is of this run: everything but the page's own script and style. */
const ownPart = (html: string): string => html.replace(SCRIPT, '').replace(STYLE, '');

describe('report.html', () => {
  it('is one document with everything that there is to show, in the language that was asked for', () => {
    const html = renderHtml(result, { language: 'ko' });
    expect(html).toMatch(/^<!doctype html>\n<html lang="ko">/);
    expect(dataOf(html)).toEqual(JSON.parse(JSON.stringify(pageModel(result, { kind: 'report', language: 'ko' }))));
    expect(renderHtml(result)).toContain('<html lang="en">');
  });

  it('is byte for byte the same when it is made again', () => {
    expect(renderHtml(JSON.parse(JSON.stringify(result)))).toBe(renderHtml(result));
  });

  it('runs its script and its style by their hashes, and lets nothing else in', () => {
    const html = renderHtml(result);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
    const hash = (text = ''): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hash(SCRIPT.exec(html)?.[1])}`,
      `style-src ${hash(STYLE.exec(html)?.[1])}`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(ownPart(html)).not.toMatch(/(?:src|href)=|@import|url\(/);
    expect(STYLE.exec(html)?.[1]).not.toMatch(/@import|url\(/);
  });

  it('tells the verdict and its reasons to those who run no scripts', () => {
    const html = renderHtml({ ...result, verdict: 'FAIL', reasons: [{ code: 'x', text: 'a < b' }] });
    expect(html).toContain('<noscript><h1>FAIL</h1><ul><li>a &lt; b</li></ul></noscript>');
  });

  it('lets no text of the target become markup or script', () => {
    const nasty = '</script><script>alert(1)</script><!--<script><img src=x onerror=alert(2)>"\'\u2028';
    const hostile = rewrite(healthyRun(), (event) => {
      if (event.type === 'run.start')
        return { ...event, target: nasty, identity: nasty, runId: nasty, stages: event.stages.map((stage) => ({ ...stage, name: nasty })) };
      if (event.type === 'check.result') return { ...event, title: nasty, observed: nasty, status: 'fail' };
      if (event.type === 'sample')
        return {
          ...event,
          samples: event.samples.map((one) => ({ ...one, attributes: { backend: nasty, pattern: nasty, [nasty]: nasty } })),
        };
      if (event.type === 'load.second') return { ...event, pushes: { [nasty]: 1 }, exceptions: { [nasty]: 1 }, drops: { [nasty]: 1 } };
      return event;
    });
    const told: JournalEvent[] = [
      { type: 'log.example', t: LOAD_START, backend: nasty, pattern: nasty, line: nasty },
      { type: 'evidence.file', t: LOAD_START, path: nasty, source: nasty, status: 'missing', reason: nasty },
    ];
    const html = renderHtml(judge(summarize([...hostile, ...told])));
    const own = ownPart(html);
    expect(own.match(/<\/?script/g)).toEqual(['<script', '</script']);
    expect(own).not.toMatch(/<img|<!--/);
    expect(dataOf(html).result.target).toBe(nasty);
    expect(dataOf(html).result.logExamples[0]?.line).toBe(nasty);
  });

  it('has a page whose own source does not end the element that it stands in', () => {
    const html = pageDocument(pageModel(result, { kind: 'report', language: 'en' }), 'x');
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(html.match(/<\/style/g)).toHaveLength(1);
  });

  it('stays below 3 MB for a run of a day', () => {
    expect(Buffer.byteLength(renderHtml(longResult(86_400)))).toBeLessThan(3_000_000);
  });
});

describe('a page that was not built', () => {
  it('is said to be that, with what to do', () => {
    expect(() => readBuilt('page.js', ['/nowhere/view/'])).toThrow(
      'the page of the report was not built (no page.js in /nowhere/view/): npm run build',
    );
  });
});
