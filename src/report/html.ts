import { createHash } from 'node:crypto';
import type { RunResult } from '../verdict/run-result.js';
import { pageScript, pageStyle } from './built-page.js';
import { type PageOptions, pageModel } from './page-model.js';
import { escapeHtml } from './text.js';
import type { ComparisonModel, PageModel } from './view/model.js';

/**
 * report.html: one page that needs nothing else and asks nobody. The same result and options give the same bytes.
 *
 * @throws KnownError when the page was not built.
 */
export function renderHtml(result: RunResult, options: Partial<Omit<PageOptions, 'kind'>> = {}): string {
  const model = pageModel(result, { language: 'en', ...options, kind: 'report' });
  const reasons = model.result.reasons.map(({ text }) => `<li>${escapeHtml(text)}</li>`).join('');
  return pageDocument(model, `${result.verdict}: ${result.target}`, `<h1>${result.verdict}</h1><ul>${reasons}</ul>`);
}

/**
 * The page with its data in one document. Its script and its style run by their hashes alone.
 *
 * @param noScript finished HTML for readers without scripts
 */
export function pageDocument(data: PageModel | ComparisonModel, title: string, noScript = ''): string {
  const [script, style] = [inElement(pageScript(), 'script'), inElement(pageStyle(), 'style')];
  const policy = `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="${data.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<noscript>${noScript}</noscript>
<script type="application/json" id="data">${scriptJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that can stand in a script element: nothing in it can end the element or begin a comment. */
const scriptJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/** A source in which nothing ends the element that it stands in. Only a string or an expression can hold that, and there `\/` is `/`. */
const inElement = (source: string, name: 'script' | 'style'): string => source.replace(new RegExp(`</(?=${name})`, 'gi'), '<\\/');

const hashOf = (source: string): string => `'sha256-${createHash('sha256').update(source).digest('base64')}'`;
