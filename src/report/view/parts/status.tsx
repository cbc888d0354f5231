import { useTexts } from '../i18n/context.js';
import type { Texts } from '../i18n/en.js';

export type StatusWord = keyof Texts['statuses'];

/** A shape beside the colour and the word. */
const SYMBOLS: Readonly<Record<StatusWord, string>> = {
  ...{ pass: '✓', warn: '▲', fail: '✕', critical: '✕', inconclusive: '?', skip: '–', error: '!' },
  ...{ same: '✓', changed: '✕', unknown: '?', ok: '✓', partial: '▲', missing: '✕' },
  ...{ confirmed: '●', likely: '◕', possible: '◔', ruled_out: '○' },
};

/** How something stands: by its word, a symbol, and last by its colour. */
export function Status({ of: word }: { of: StatusWord }) {
  const t = useTexts();
  return (
    <span class={`tag ${word}`}>
      <span class="symbol" aria-hidden="true">
        {SYMBOLS[word]}
      </span>
      {t.statuses[word]}
    </span>
  );
}
