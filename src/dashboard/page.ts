import type { ServerPage } from './protocol.js';

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
