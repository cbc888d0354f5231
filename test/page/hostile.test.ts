import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Dashboard, serveDashboard } from '../../src/dashboard/server.js';
import { visible } from '../../src/report/text.js';
import { makeRunsFolder, type RunsFolder, ScriptedControl } from '../dashboard/journal-writing.js';
import { browserOrSkip, startBrowser } from '../helpers/browser.js';
import { runCli } from '../helpers/cli.js';
import { hostileRun, NASTY } from './hostile-journal.js';
import { barriers, complaintsOf, drawCharts, widest } from './looked-at.js';

const describe = browserOrSkip();
const STRINGS = fileURLToPath(new URL('../fixtures/journals/hostile-strings/journal.ndjson', import.meta.url));
const ID = '20260131T120000Z-abcd';

/** What of a page is more than text, and is not the page's own. */
async function intruders(page: Page): Promise<string[]> {
  const found = await page.evaluate(() => {
    const own = document.querySelectorAll('head > meta, head > title, head > style, head > link, body > script, body > noscript');
    const strange = [
      ...document.querySelectorAll('script, style, link, meta, base, title, img, iframe, object, embed, noscript, form[action]'),
    ];
    const acting = [...document.querySelectorAll('*')].filter(
      (element) =>
        element.getAttributeNames().some((name) => name.startsWith('on')) || /^\s*javascript:/i.test(element.getAttribute('href') ?? ''),
    );
    return {
      elements: [...strange.filter((element) => ![...own].includes(element)), ...acting].map((element) => element.outerHTML),
      pwned: (window as unknown as { pwned?: number }).pwned,
      text: document.getElementById('content')?.textContent ?? '',
    };
  });
  // What steers a terminal or turns the direction of text is shown and not obeyed.
  const steering = found.text.split('\n').filter((line) => line !== visible(line));
  return [...found.elements, ...(found.pwned === undefined ? [] : [`script ${found.pwned} ran`]), ...steering];
}

/** Puts into the page what a hole would let in. @returns whether any of it ran. */
async function isOpenToScripts(page: Page): Promise<boolean> {
  return await page.evaluate(async () => {
    document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.pwned = 9' }));
    const holder = document.createElement('div');
    holder.innerHTML = '<img src="data:," onerror="window.pwned = 10">';
    document.body.append(holder);
    await new Promise((resolve) => holder.firstElementChild?.addEventListener('error', resolve));
    return 'pwned' in window;
  });
}

describe('a hostile target', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loadwitness-hostile-'));
  let browser: Browser;
  let context: BrowserContext;
  let complaints: string[];

  beforeAll(async () => {
    browser = await startBrowser();
  });

  afterEach(() => context?.close());

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  async function openIn(origin: string | undefined, url: string): Promise<Page> {
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
    complaints = complaintsOf(context, origin);
    const page = await context.newPage();
    await page.goto(url);
    return page;
  }

  /** Opens what there is to open, in both languages, on a wide and on a narrow screen. */
  async function lookThrough(page: Page): Promise<void> {
    await drawCharts(page);
    for (const language of ['ko', 'en']) {
      await page.locator('.bar select').first().selectOption(language);
      await page.locator(`html[lang=${language}]`).waitFor();
      for (const closed of await page.locator('details:not([open]) > summary').all()) if (await closed.isVisible()) await closed.click();
      expect(await intruders(page)).toEqual([]);
    }
    const over = page.locator('.u-over').first();
    await over.hover();
    expect(await intruders(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await widest(page)).toEqual({ page: 390, window: 390 });
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(complaints).toEqual([]);
  }

  for (const [name, write] of [
    ['strings of the fixture', (path: string) => copyFileSync(STRINGS, path)],
    [
      'whatever a page could take for more',
      (path: string) =>
        writeFileSync(
          path,
          hostileRun()
            .map((event) => `${JSON.stringify(event)}\n`)
            .join(''),
        ),
    ],
  ] as const) {
    it(`says nothing but text in its report: ${name}`, async () => {
      const run = join(folder, name.replaceAll(' ', '-'));
      mkdirSync(run);
      write(join(run, 'journal.ndjson'));
      expect((await runCli(['report', run])).code).not.toBe(70);
      const page = await openIn(undefined, pathToFileURL(join(run, 'report.html')).href);
      await page.locator('#criteria').waitFor();
      await lookThrough(page);
      expect(await page.locator('#content').innerText()).toContain('<script>');
      expect(await barriers(page)).toEqual([]);
      expect(complaints).toEqual([]);
      expect(await isOpenToScripts(page)).toBe(false);
    }, 120_000);
  }

  it('says nothing but text on the live page, as it comes and afterwards', async () => {
    const runs: RunsFolder = await makeRunsFolder();
    const control = new ScriptedControl();
    const form = { target: NASTY, otherTargets: true, stages: '20@5:60s', identity: 'guests', identities: ['guests'] };
    const dashboard: Dashboard = await serveDashboard({
      ...{ address: { host: '127.0.0.1', port: 0 }, option: '--listen', token: undefined, out: runs.out, control, language: 'en' },
      ...{ form, current: () => undefined },
    });
    try {
      const events = hostileRun();
      const half = Math.floor(events.length / 2);
      control.underWay.add(ID);
      control.standings.set(ID, { controllable: true, stopping: false, exitCode: null, said: [NASTY, `live: ${NASTY}`] });
      await runs.write(ID, events.slice(0, half));
      const page = await openIn(new URL(dashboard.link).origin, `${dashboard.link}runs/${ID}`);
      await page.locator('#criteria').waitFor();
      const requests = page.locator('#statistics tr.sum td').first();
      const before = await requests.innerText();
      await runs.write(ID, events.slice(half, -1));
      await page.waitForFunction((text) => document.querySelector<HTMLElement>('#statistics tr.sum td')?.innerText !== text, before);
      await lookThrough(page);
      control.underWay.delete(ID);
      control.standings.set(ID, { controllable: false, stopping: false, exitCode: 1, said: [NASTY] });
      await runs.write(ID, events.slice(-1));
      control.changed(ID);
      await page.getByText('run finished').waitFor();
      await lookThrough(page);
      await page.goto(`${dashboard.link}?runs`);
      await page.getByText(ID).first().waitFor();
      expect(await intruders(page)).toEqual([]);
      expect(complaints).toEqual([]);
      expect(await isOpenToScripts(page)).toBe(false);
    } finally {
      await context?.close();
      await dashboard.close();
      await runs.remove();
    }
  }, 120_000);
});
