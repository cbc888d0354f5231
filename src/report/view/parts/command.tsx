import { useEffect, useRef, useState } from 'preact/hooks';
import { useTexts } from '../i18n/context.js';

const TOLD_MS = 2000;

/** A command to type, which can be taken along. */
export function Command({ text }: { text: string }) {
  const t = useTexts().findings;
  const code = useRef<HTMLElement>(null);
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), TOLD_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async (): Promise<void> => setCopied(await copied(text, code.current));
  return (
    <div class="command">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard. */}
      <pre tabIndex={0}>
        <code ref={code}>{text}</code>
      </pre>
      <button type="button" class="button small" aria-label={t.copyOf(text)} onClick={copy}>
        {t.copy}
      </button>
      <span class="told-copied" role="status">
        {isCopied ? t.copied : ''}
      </span>
    </div>
  );
}

/** Whether the text is on the clipboard now. Where the browser lets no page write to it, the text is selected for the reader's own keys. */
async function copied(text: string, element: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (element) getSelection()?.selectAllChildren(element);
    return false;
  }
}
