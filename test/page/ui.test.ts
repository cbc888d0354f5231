import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LoadSecond } from '../../src/journal/event.js';
import type { RunResult } from '../../src/verdict/run-result.js';
import { browserOrSkip, startBrowser } from '../helpers/browser.js';
import { endAll, startCli } from '../helpers/cli.js';
import { until } from '../helpers/until.js';
import { barriers, complaintsOf, drawCharts, rowsOf, widest } from './looked-at.js';

const describe = browserOrSkip();

describe('a run from the page, as a user makes it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loadwitness-ui-'));
  const evidence = join(folder, 'evidence');
  let address: string;
  let browser: Browser;
  let context: BrowserContext;
  let complaints: string[];

  beforeAll(async () => {
    const demo = startCli(['demo', '--serve']);
    await until('the demo target', () => /\.yaml\n$/.test(demo.stdout()), 60_000);
    const ui = startCli(['ui', '--config', demo.stdout().trim(), '--out', evidence, '--listen', '127.0.0.1:0'], { LC_ALL: 'C.UTF-8' });
    address = await until('the server', () => /http:\/\/127\.0\.0\.1:\d+/.exec(ui.stderr())?.[0], 30_000);
    browser = await startBrowser();
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', acceptDownloads: true });
    complaints = complaintsOf(context, address);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await endAll();
    rmSync(folder, { recursive: true, force: true });
  });

  const number = async (cell: Locator): Promise<number> => Number((await cell.innerText()).replaceAll(',', ''));
  /** The chart of users has it in its legend that so many are connected, being the last value of that line. */
  const chartSays = (page: Page, users: number): Promise<void> =>
    page
      .locator('#chart-users tr', { hasText: 'connected' })
      .getByRole('cell')
      .nth(1)
      .and(page.getByText(String(users), { exact: true }))
      .waitFor();
  const requests = (page: Page): Locator => page.locator('#statistics tr.sum td').first();

  /** Seconds of load that are in the journal. */
  const seconds = (id: string): LoadSecond[] =>
    readFileSync(join(evidence, id, 'journal.ndjson'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{"type":"load.second"'))
      .map((line) => JSON.parse(line) as LoadSecond);

  /** Looks at what is there now in all forms that it has. */
  async function isForEverybody(page: Page): Promise<void> {
    for (const [language, colorScheme] of [['ko', 'dark'] as const, ['en', 'light'] as const]) {
      await page.emulateMedia({ colorScheme });
      await page.locator('.bar select').first().selectOption(language);
      await page.locator(`html[lang=${language}]`).waitFor();
      expect(await barriers(page)).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await widest(page)).toEqual({ page: 390, window: 390 });
      await page.setViewportSize({ width: 1440, height: 900 });
    }
  }

  it('is checked, started, raised, left alone, stopped and kept, with one set of figures', async () => {
    let page = await context.newPage();
    await page.goto(address);
    await page.getByLabel('users and duration').check();
    await isForEverybody(page);
    await page.getByRole('textbox', { name: 'Users', exact: true }).fill('20');
    await page.getByRole('textbox', { name: 'Spawn rate (users/s)' }).fill('20');
    await page.getByRole('textbox', { name: 'Duration' }).fill('10m');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.locator('.live-facts').getByText('20 of 20').waitFor({ timeout: 60_000 });
    const id = page.url().split('/runs/')[1] as string;
    await page.locator('#chart-users').scrollIntoViewIfNeeded();
    await chartSays(page, 20);
    const before = await number(requests(page));

    await page.getByRole('textbox', { name: 'Users', exact: true }).fill('40');
    await page.getByRole('textbox', { name: 'Spawn rate (users/s)' }).fill('100');
    await page.getByRole('button', { name: 'Apply' }).click();
    const told = performance.now();
    // What nobody sees is not drawn.
    await page.locator('#chart-users').scrollIntoViewIfNeeded();
    const since = async (shown: Promise<unknown>): Promise<number> => shown.then(() => (performance.now() - told) / 1000);
    const took = await Promise.all([
      since(page.locator('.live-facts').getByText('40 of 40').waitFor()),
      since(chartSays(page, 40)),
      since(until('more requests', async () => (await number(requests(page))) > before)),
    ]);
    const [users, chart, table] = took.map((one) => one.toFixed(2));
    process.stderr.write(
      `After “40 users”: connected = 40 in the status after ${users} s and in the chart after ${chart} s; table after ${table} s\n`,
    );
    await isForEverybody(page);

    // Nobody looks any more, and the run goes on.
    await page.close();
    const known = seconds(id).length;
    await until('more seconds of load', () => seconds(id).length > known + 2);
    expect(seconds(id).at(-1)?.users.connected).toBe(40);
    page = await context.newPage();
    await page.goto(`${address}/runs/${id}`);
    await page.locator('.live-facts').getByText('40 of 40').waitFor();
    await page.getByRole('button', { name: 'Stop the run' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop the run' }).click();
    await page.getByText('run finished').waitFor({ timeout: 60_000 });
    await isForEverybody(page);

    const link = page.getByRole('link', { name: 'Download report.html' });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    const report = join(folder, 'report.html');
    await download.saveAs(report);
    const online = { criteria: await rowsOf(page, 'criteria'), statistics: await rowsOf(page, 'statistics') };
    expect(complaints).toEqual([]);
    await context.close();

    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
    complaints = complaintsOf(context);
    page = await context.newPage();
    await page.goto(pathToFileURL(report).href);
    await drawCharts(page);
    expect({ criteria: await rowsOf(page, 'criteria'), statistics: await rowsOf(page, 'statistics') }).toEqual(online);
    const verdict = JSON.parse(readFileSync(join(evidence, id, 'verdict.json'), 'utf8')) as RunResult;
    expect(await page.locator('#verdict .verdict').innerText()).toContain(verdict.verdict);
    expect(online.criteria.map(([, , observed]) => observed)).toEqual(verdict.criteria.map(({ observed }) => observed));
    expect(online.statistics.map((row) => Number(row[1]?.replaceAll(',', '')))).toEqual(
      [...verdict.tasks, verdict.aggregated].map((task) => task.requests),
    );
    expect(complaints).toEqual([]);
  }, 300_000);
});
