import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { RunResult } from '../verdict/run-result.js';
import { escapeHtml } from './text.js';
import { pageData } from './view/charts.js';
import { script } from './view/script.js';
import { headSection, tableSections } from './view/sections.js';
import { style } from './view/style.js';

/** report.html: one page that needs nothing else and asks nobody. Its scripts and style run by their hashes alone. */
export function renderHtml(result: RunResult): string {
  const { script: library, style: libraryStyle } = uplot();
  const styles = `${libraryStyle}\n${style}`;
  const policy = `default-src 'none'; script-src ${hashOf(library)} ${hashOf(script)}; style-src ${hashOf(styles)}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${result.verdict}: ${escapeHtml(result.target)}</title>
<style>${styles}</style>
</head>
<body>
<main>
${headSection(result)}
${tableSections(result)}
<section><h2>Over time</h2><div id="charts"></div></section>
</main>
<script type="application/json" id="data">${scriptJson(pageData(result))}</script>
<script>${library}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that can stand in a script element: nothing in it can end the element or begin a comment. */
const scriptJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

const hashOf = (source: string): string => `'sha256-${createHash('sha256').update(source).digest('base64')}'`;

let cached: { script: string; style: string } | undefined;

/** uPlot's script for browsers and its style, from the installed package. */
function uplot(): { script: string; style: string } {
  if (!cached) {
    // The package's main file lies beside the two that a browser needs.
    const folder = dirname(createRequire(import.meta.url).resolve('uplot'));
    cached = {
      script: readFileSync(join(folder, 'uPlot.iife.min.js'), 'utf8'),
      style: readFileSync(join(folder, 'uPlot.min.css'), 'utf8'),
    };
  }
  return cached;
}
