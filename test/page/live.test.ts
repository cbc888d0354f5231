import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endAll, startCli } from '../helpers/cli.js';
import { until } from '../helpers/until.js';

const folder = mkdtempSync(join(tmpdir(), 'loadwitness-page-'));
const evidence = join(folder, 'evidence');
/** What a page must not do: say something on the console, fail, or ask anybody else. */
const complaints: string[] = [];

let browser: Browser;
let context: BrowserContext;
let address: string;

beforeAll(async () => {
  const demo = startCli(['demo', '--serve']);
  await until('the demo target', () => /\.yaml\n$/.test(demo.stdout()), 60_000);
  const ui = startCli(['ui', '--config', demo.stdout().trim(), '--out', evidence, '--listen', '127.0.0.1:0'], { LC_ALL: 'C.UTF-8' });
  const link = (): string | undefined => /http:\/\/127\.0\.0\.1:\d+/.exec(ui.stderr())?.[0];
  await until('the server', () => link() !== undefined, 30_000);
  address = link() as string;
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  context = await browser.newContext({ acceptDownloads: true });
  context.on('console', (message) => void complaints.push(`${message.type()}: ${message.text()}`));
  context.on('weberror', (error) => void complaints.push(String(error.error())));
  context.on('request', (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith('file:') && !request.url().startsWith('data:'))
      complaints.push(request.url());
  });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await endAll();
  rmSync(folder, { recursive: true, force: true });
});

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** What says how the run stands. */
const bar = (page: Page) => page.getByRole('region', { name: 'Run', exact: true });

/** Starts a run in the form. */
async function start(page: Page, { users, duration }: { users: string; duration: string }): Promise<void> {
  await page.getByLabel('users and duration').check();
  await field(page, 'Users').fill(users);
  await field(page, 'Spawn rate (users/s)').fill('20');
  await field(page, 'Duration').fill(duration);
  await page.getByLabel('Check the environment first').uncheck();
  await button(page, 'Start the run').click();
}

async function stop(page: Page): Promise<void> {
  await button(page, 'Stop the run').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop the run' }).click();
}

const isOver = (page: Page): Promise<void> => bar(page).getByText('run finished').waitFor({ timeout: 60_000 });

describe('the live page', () => {
  it('refuses what cannot be started in the command line’s words, beside its field, and leads there', async () => {
    const page = await context.newPage();
    await page.goto(address);
    await start(page, { users: '0', duration: 'soon' });
    await page.getByText('must be a whole number of 1 or more, is "0"').waitFor();
    await page.getByText('must be a time such as 300, 300s, 20m or 1h30m10s, is "soon"').waitFor();
    expect(await field(page, 'Users').evaluate((input) => input === document.activeElement)).toBe(true);
    expect(await field(page, 'Users').getAttribute('aria-invalid')).toBe('true');
    // Only the server knows that nobody can be so many.
    await start(page, { users: '20000000', duration: '1m' });
    await page.locator('.field-error').waitFor();
    expect(await field(page, 'Users').getAttribute('aria-invalid')).toBe('true');
    await page.close();
    complaints.splice(0, complaints.length, ...complaints.filter((one) => !one.includes('status of 400')));
  });

  it('starts a run, changes its users, stops it and hands over its report', async () => {
    const page = await context.newPage();
    await page.goto(address);
    await start(page, { users: '20', duration: '2m' });
    await bar(page).getByText('20 of 20').waitFor();
    const id = page.url().split('/runs/')[1] as string;

    // Somebody who joins late sees the same.
    const other = await context.newPage();
    await other.goto(`${address}/runs/${id}`);
    await bar(other).getByText('20 of 20').waitFor();

    await field(page, 'Users').fill('40');
    await field(page, 'Spawn rate (users/s)').fill('100');
    await button(page, 'Apply').click();
    await page.getByText('Told: 40 users').waitFor();
    await bar(page).getByText('40 of 40').waitFor();
    await bar(other).getByText('(+20 against the plan)').waitFor();

    await button(page, 'Stop the run').click();
    await page.getByRole('dialog').waitFor();
    expect(await button(page, 'Go on').evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await button(page, 'Stop the run').evaluate((element) => element === document.activeElement)).toBe(true);
    await stop(page);
    await isOver(page);
    await isOver(other);

    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download report.html' }).click()]);
    const report = join(folder, 'report.html');
    await download.saveAs(report);
    expect(readFileSync(report)).toEqual(readFileSync(join(evidence, id, 'report.html')));
    const { verdict } = JSON.parse(readFileSync(join(evidence, id, 'verdict.json'), 'utf8'));
    expect(await page.title()).toContain(verdict);
    await page.goto(pathToFileURL(report).href);
    await page.getByText(verdict).first().waitFor();
    expect(complaints).toEqual([]);
    await Promise.all([page.close(), other.close()]);
  }, 120_000);

  it('comes back by itself when the line was lost', async () => {
    const page = await context.newPage();
    const lines: { close(): Promise<void> }[] = [];
    await page.routeWebSocket(/\/api\/live/, (line) => {
      lines.push(line);
      line.connectToServer();
    });
    await page.goto(`${address}/?runs`);
    await start(page, { users: '5', duration: '1m' });
    await bar(page).getByText('5 of 5').waitFor();
    await lines[0]?.close();
    await until('another line', () => lines.length === 2);
    await bar(page).getByText('connected', { exact: true }).waitFor();
    await stop(page);
    await isOver(page);
    await page.close();
    expect(complaints).toEqual([]);
  }, 120_000);

  it('puts chosen runs beside each other, in the order in which they were made', async () => {
    const page = await context.newPage();
    await page.goto(`${address}/?runs`);
    const boxes = page.getByRole('checkbox', { name: /for the comparison/ });
    await boxes.first().waitFor();
    for (const box of await boxes.all()) await box.check();
    await button(page, 'Compare 2 runs').click();
    await page.getByRole('heading', { name: 'Metrics (medians)' }).waitFor();
    const ids = await page
      .getByRole('region', { name: 'Runs', exact: true })
      .last()
      .getByRole('rowheader')
      .getByRole('link')
      .allTextContents();
    expect(ids).toHaveLength(2);
    expect([...ids].sort()).toEqual(ids);
    await page.goBack();
    await boxes.first().waitFor();
    await page.close();
    expect(complaints).toEqual([]);
  });
});
