import { useLayoutEffect, useRef } from 'preact/hooks';
import { visible } from '../../text.js';
import { useLive } from './texts.js';

/** The last lines that the run said, as its terminal shows them. */
export function Said({ lines, isOpen }: { lines: readonly string[]; isOpen: boolean }) {
  const t = useLive();
  const text = useRef<HTMLPreElement>(null);
  const newest = lines.at(-1);
  useLayoutEffect(() => {
    if (text.current) text.current.scrollTop = text.current.scrollHeight;
  }, [newest, lines.length]);
  return (
    <details class="card said" open={isOpen}>
      <summary>{t.said.title}</summary>
      {lines.length === 0 ? (
        <p class="muted">{t.said.none}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard.
        <pre ref={text} tabIndex={0}>
          {lines.map(visible).join('\n')}
        </pre>
      )}
    </details>
  );
}
