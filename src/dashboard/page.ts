import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ServerPage } from './protocol.js';

/** Where `vite build` puts the page: beside the built sources, of which this file is one unless a test runs it as it is. */
const BUILT = ['../../view/', '../../dist/view/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

async function built(name: string): Promise<string> {
  const folder = BUILT.find((one) => existsSync(`${one}${name}`));
  if (folder === undefined) throw new Error(`${name} is missing: build the project (npm run build)`);
  return await readFile(`${folder}${name}`, 'utf8');
}

/** The page's script. */
export const pageScript = (): Promise<string> => built('page.js');

/** The page's style. */
export const pageStyle = (): Promise<string> => built('page.css');

/** The page of the server: its script asks for the rest. */
export const serverHtml = (data: ServerPage): string => `<!doctype html>
<html lang="${data.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Loadwitness</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
</head>
<body>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script src="/page.js"></script>
</body>
</html>
`;

/**
 * What a browser is shown that came by a link with the token: it goes on by itself to the same page without it. An ordinary redirect would not
 * do, since a browser that came from another site sends no cookie along with one.
 */
export function enteredHtml(url: string): string {
  const path = /^\/(runs\/[\w.-]+)?(?=\?|$)/.exec(url)?.[0] ?? '/';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${path}"><title>Loadwitness</title></head>
<body><a href="${path}">Loadwitness</a></body></html>
`;
}
