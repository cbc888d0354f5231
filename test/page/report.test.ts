import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { RunResult } from '../../src/verdict/run-result.js';
import { browserOrSkip, startBrowser } from '../helpers/browser.js';
import { runCli } from '../helpers/cli.js';
import { barriers, complaintsOf, drawCharts, rowsOf, widest } from './looked-at.js';

const describe = browserOrSkip();
const JOURNAL = fileURLToPath(new URL('../fixtures/journals/stages-step-fails/journal.ndjson', import.meta.url));

describe('report.html, opened from a disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loadwitness-report-'));
  const run = join(folder, 'run');
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let verdict: RunResult;
  let complaints: string[];

  beforeAll(async () => {
    mkdirSync(run);
    copyFileSync(JOURNAL, join(run, 'journal.ndjson'));
    expect((await runCli(['report', run])).code).toBe(1);
    verdict = JSON.parse(readFileSync(join(run, 'verdict.json'), 'utf8')) as RunResult;
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', colorScheme: 'light' });
    complaints = complaintsOf(context);
    page = await context.newPage();
    await page.goto(pathToFileURL(join(run, 'report.html')).href);
    await page.locator('#criteria').waitFor();
  });

  afterEach(async () => {
    await context?.close();
    expect(complaints).toEqual([]);
  });

  /** What is on the canvas of a chart. */
  const pictureOf = (id: string): Promise<string> =>
    page.locator(`#${id} canvas`).evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  const chartIds = (): Promise<string[]> => page.locator('figure.chart').evaluateAll((figures) => figures.map(({ id }) => id));

  /** Scrolls to a chart and waits until its picture is another one than it was. */
  async function isDrawnAnew(id: string, before: string): Promise<void> {
    await page.locator(`#${id}`).scrollIntoViewIfNeeded();
    await page.waitForFunction(
      ([chart, picture]) => document.querySelector<HTMLCanvasElement>(`#${chart} canvas`)?.toDataURL() !== picture,
      [id, before] as const,
    );
  }

  const choose = (name: string, value: string): Promise<unknown> => page.getByRole('combobox', { name }).selectOption(value);
  const range = () => page.locator('.chart-range');

  it('shows the figures of verdict.json, and hands it over', async () => {
    expect(await page.locator('#verdict .verdict').innerText()).toContain(verdict.verdict);
    const criteria = await rowsOf(page, 'criteria');
    expect(criteria.map(([, , observed]) => observed)).toEqual(verdict.criteria.map(({ observed }) => observed));
    for (const [index, { status, critical, threshold, evidence }] of verdict.criteria.entries()) {
      const [shown, , , must, why] = criteria[index] as string[];
      expect(shown).toContain(critical ? 'critical' : status);
      expect(must).toContain(threshold);
      expect(why).toContain(evidence);
    }
    const statistics = await rowsOf(page, 'statistics');
    expect(statistics.map(([name]) => name)).toEqual([...verdict.tasks.map(({ name }) => name), 'Aggregated']);
    for (const [index, task] of [...verdict.tasks, verdict.aggregated].entries()) {
      const [requests, failures, late, ...times] = (statistics[index] as string[])
        .slice(1, 10)
        .map((text) => Number(text.replaceAll(',', '')));
      expect([requests, failures, late]).toEqual([task.requests, task.failures, task.late]);
      const { medianMs, latency, averageMs, minMs, maxMs } = task;
      // Shown in three digits or more.
      for (const [at, ms] of [medianMs, latency?.['95%'] ?? 0, latency?.['99%'] ?? 0, averageMs, minMs, maxMs].entries())
        expect(Math.abs((times[at] as number) - ms)).toBeLessThanOrEqual(ms * 0.005);
    }
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Verdict (JSON)' }).click()]);
    expect(JSON.parse(readFileSync(await download.path(), 'utf8'))).toEqual(verdict);
  });

  it('draws every chart, zooms them together and shows all again', async () => {
    await drawCharts(page);
    const ids = await chartIds();
    expect(ids.length).toBeGreaterThan(10);
    const whole = new Map<string, string>();
    for (const id of ids) {
      const colours = await page.locator(`#${id} canvas`).evaluate((element) => {
        const canvas = element as HTMLCanvasElement;
        const pixels = new Uint32Array(canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data.buffer as ArrayBuffer);
        return new Set(pixels).size;
      });
      // An empty one is of one colour; axes and stages alone have shades of few.
      expect(colours, id).toBeGreaterThan(10);
      whole.set(id, await pictureOf(id));
    }
    const first = page.locator(`#${ids[0]} .u-over`);
    await first.scrollIntoViewIfNeeded();
    expect(await range().innerText()).toBe('whole run');
    const box = (await first.boundingBox()) as { x: number; y: number; width: number; height: number };
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.4, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, y, { steps: 4 });
    await page.mouse.move(box.x + box.width * 0.6, y, { steps: 4 });
    await page.mouse.up();
    await range().getByText('–').waitFor();
    for (const id of ids) await isDrawnAnew(id, whole.get(id) as string);
    await page.getByRole('button', { name: 'Show all' }).click();
    await range().getByText('whole run').waitFor();
  });

  it('reads all charts at the cursor', async () => {
    await drawCharts(page);
    const [one, other] = (await chartIds()).map((id) => page.locator(`#${id}`));
    if (!one || !other) throw new Error('there are no two charts');
    await one.scrollIntoViewIfNeeded();
    await one.locator('.u-over').hover({ position: { x: 200, y: 60 } });
    await page.locator('.chart-cursor').getByText('UTC').waitFor();
    for (const figure of [one, other]) {
      await figure.locator('tbody td:nth-child(2)').filter({ hasText: /\d/ }).first().waitFor();
      expect(await figure.locator('.u-cursor-x').evaluate((line) => getComputedStyle(line).transform)).toMatch(
        /^matrix\(1, 0, 0, 1, (?!-)/,
      );
    }
    await page.mouse.move(5, 5);
    await page.waitForFunction(() => document.querySelector('.chart-cursor')?.textContent === '');
  });

  it('can be used by the keyboard alone', async () => {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('skip');
    expect(await page.evaluate(() => Number.parseFloat(getComputedStyle(document.activeElement as Element).outlineWidth))).toBeGreaterThan(
      0,
    );
    await page.locator('.chart-toolbar button:enabled').last().focus();
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => document.activeElement?.classList.contains('chart-plot'))) break;
    }
    expect(await page.evaluate(() => document.activeElement?.closest('figure')?.id)).toBe((await chartIds())[0]);
    await page.keyboard.press('+');
    await range().getByText('–').waitFor();
    const zoomed = await range().innerText();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction((before) => (document.querySelector('.chart-range') as HTMLElement).innerText !== before, zoomed);
    await page.keyboard.press('Shift+ArrowRight');
    await page.locator('.chart-cursor').getByText('UTC').waitFor();
    await page.keyboard.press('Escape');
    await range().getByText('whole run').waitFor();
  });

  it('is there in Korean and in dark colours, whichever is chosen', async () => {
    await drawCharts(page);
    const [id = ''] = await chartIds();
    const [light, background] = [await pictureOf(id), await page.evaluate(() => getComputedStyle(document.body).backgroundColor)];
    await choose('Colours', 'dark');
    await isDrawnAnew(id, light);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).not.toBe(background);
    await choose('Language', 'ko');
    await page.locator('html[lang=ko]').waitFor();
    for (const heading of await page.locator('h2, .chart-group h3').allInnerTexts())
      expect(heading).toMatch(/[가-힣]|^(Redis|nginx|CloudWatch)$/);
    expect((await rowsOf(page, 'criteria')).map(([, , observed]) => observed)).toEqual(verdict.criteria.map(({ observed }) => observed));
  });

  it('goes to the chart of a criterion', async () => {
    const links = page.locator('#criteria a.chart-link');
    expect(await links.count()).toBeGreaterThan(2);
    for (const link of await links.all()) expect(await page.locator((await link.getAttribute('href')) as string).count()).toBe(1);
    await links.first().click();
    const figure = page.locator((await links.first().getAttribute('href')) as string);
    await page.waitForFunction((element) => (element as Element).getBoundingClientRect().top < innerHeight, await figure.elementHandle());
  });

  it('is printed on white, with everything opened and drawn', async () => {
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.evaluate(() => void dispatchEvent(new Event('beforeprint')));
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toMatch(
      /^(rgb\(255, 255, 255\)|rgba\(0, 0, 0, 0\))$/,
    );
    await page.waitForFunction(() =>
      [...document.querySelectorAll('figure.chart')].every((one) => (one as HTMLElement).dataset.drawn === 'true'),
    );
    expect(await page.locator('details:not([open])').count()).toBe(0);
    expect(await page.locator('.bar').isVisible()).toBe(false);
    await page.evaluate(() => void dispatchEvent(new Event('afterprint')));
    expect(await page.locator('details:not([open])').count()).toBeGreaterThan(0);
  });

  it('fits on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const language of ['en', 'ko']) {
      await page.locator('.bar select').first().selectOption(language);
      await drawCharts(page);
      expect(await widest(page)).toEqual({ page: 390, window: 390 });
    }
  });

  for (const colours of ['light', 'dark'] as const) {
    for (const language of ['en', 'ko'] as const) {
      it(`keeps nobody out: ${colours}, ${language}`, async () => {
        await page.emulateMedia({ colorScheme: colours });
        await page.locator('.bar select').first().selectOption(language);
        await drawCharts(page);
        expect(await barriers(page)).toEqual([]);
      }, 60_000);
    }
  }
});
