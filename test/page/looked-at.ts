import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What a page must not do, as it does it: say something on the console, fail, ask with a dialog, or send a request anywhere but to `origin`.
 *
 * @param origin left out: to nobody, as for a file
 */
export function complaintsOf(context: BrowserContext, origin = 'file://'): string[] {
  const complaints: string[] = [];
  context.on('console', (message) => void complaints.push(`${message.type()}: ${message.text()}`));
  context.on('weberror', ({ error }) => void complaints.push(String(error())));
  context.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('request', (request) => {
    if (
      ![origin, 'data:', 'blob:'].some((allowed) =>
        request
          .url()
          .replace(/^(http|ws)(?=s?:)/, 'http')
          .startsWith(allowed),
      )
    )
      complaints.push(`asked ${request.url()}`);
  });
  return complaints;
}

/** Goes through the page as somebody who reads it: each chart is drawn when it is seen. Ends at its top. */
export async function drawCharts(page: Page): Promise<void> {
  const figures = page.locator('figure.chart');
  for (const figure of await figures.all()) {
    await figure.scrollIntoViewIfNeeded();
    await figure.and(page.locator('[data-drawn=true]')).waitFor();
  }
  await page.evaluate(() => scrollTo(0, 0));
}

/** What axe finds that keeps people out. */
export async function barriers(page: Page): Promise<string[]> {
  // Not through an element: the page lets no other script in.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help}: ${target.join(' ')}`));
}

/** The texts of a table's cells, row by row, its head left out. */
export async function rowsOf(page: Page, section: string): Promise<string[][]> {
  const rows = await page.locator(`#${section} table`).first().locator('tbody > tr').all();
  return await Promise.all(rows.map(async (row) => (await row.locator('> th, > td').allInnerTexts()).map((text) => text.trim())));
}

/** How wide the page and its window are: alike, unless the page scrolls sideways. */
export async function widest(page: Page): Promise<{ page: number; window: number }> {
  return await page.evaluate(() => ({ page: document.documentElement.scrollWidth, window: innerWidth }));
}
