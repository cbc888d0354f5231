import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { type BenchRun, type Figure, show } from './bench-run.js';
import { writeLongJournal } from './long-journal.js';
import { median } from './statistics.js';

/** The tool as it is built: `npm run build`. */
const CLI = fileURLToPath(new URL('../../../dist/src/cli.js', import.meta.url));
const SECONDS = 25 * 60;
const ZOOMS = 10;

/**
 * How heavy report.html of a run of 25 minutes with 1,000 users and every sampler is: its size, the time to its first paint, and that from a key
 * that zooms to the frame in which all charts in sight are drawn anew. The browser is CHROMIUM, or Debian's.
 */
export async function pageSpeed({ rounds, record, say }: BenchRun): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'loadwitness-bench-'));
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    await writeLongJournal(path.join(folder, 'journal.ndjson'), { seconds: SECONDS, users: 1000, backends: 3 });
    await once(spawn(process.execPath, [CLI, 'report', folder], { stdio: 'ignore' }), 'exit');
    const file = path.join(folder, 'report.html');
    const megabytes = (await stat(file)).size / 1e6;
    const paints: number[] = [];
    const zooms: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      say(`report.html of 25 min, ${show(megabytes, 2, 'MB')}, round ${round} of ${rounds}`);
      const speed = await speedOf(browser, pathToFileURL(file).href);
      paints.push(speed.paintMs);
      zooms.push(speed.zoomMs);
      record({ measurement: 'page', round, megabytes, ...speed });
    }
    return [
      { figure: 'report.html of 25 min', ...limit(megabytes, 2, 'MB', 3) },
      { figure: 'its first paint', ...limit(median(paints), 0, 'ms', 1000) },
      { figure: `a zoom (median of ${ZOOMS})`, ...limit(median(zooms), 0, 'ms', 100) },
    ];
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
}

const limit = (value: number, digits: number, unit: string, most: number): Omit<Figure, 'figure'> => ({
  value: show(value, digits, unit),
  must: `≤ ${most}`,
  holds: value <= most,
});

/** What a page is asked in its own words: the benchmark knows nothing of the DOM's types. */
const PAINT = `new Promise((resolve) => new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (entry.name === 'first-contentful-paint') resolve(entry.startTime);
}).observe({ type: 'paint', buffered: true }))`;

/** From the key to the end of the frame that it leads to. */
const ZOOM = `new Promise((resolve) => {
  const begin = performance.now();
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: '+', bubbles: true }));
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => resolve(performance.now() - begin);
    channel.port2.postMessage(0);
  });
})`;

async function speedOf(browser: Browser, url: string): Promise<{ paintMs: number; zoomMs: number }> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  try {
    await page.goto(url);
    const paintMs = (await page.evaluate(PAINT)) as number;
    const plot = page.locator('.chart-plot').first();
    await plot.scrollIntoViewIfNeeded();
    await page.locator('figure.chart[data-drawn=true]').first().waitFor();
    const taken: number[] = [];
    for (let zoom = 0; zoom < ZOOMS; zoom++) {
      await plot.focus();
      taken.push((await page.evaluate(ZOOM)) as number);
      // Each of them begins with all that there is, which is the most to draw.
      await page.keyboard.press('Escape');
    }
    return { paintMs, zoomMs: median(taken) };
  } finally {
    await page.close();
  }
}
