import type { Verdict } from '../../../verdict/run-result.js';
import { useTexts } from '../i18n/context.js';
import { Facts } from './facts.js';
import type { SectionProps } from './props.js';

const SYMBOLS: Readonly<Record<Verdict, string>> = { PASS: '✓', FAIL: '✕', INCONCLUSIVE: '?' };

/** The verdict, what was tested, and why. */
export function Head({ model: { result, kind } }: SectionProps) {
  const t = useTexts();
  const { verdict, target, scenario, identity, reasons, warnings } = result;
  // A run that goes on has no end yet: that is no reason to be told.
  const told = reasons.filter(({ code }) => kind !== 'live' || code !== 'cut_off');
  return (
    <header id="verdict" class={`card head ${verdict.toLowerCase()}`}>
      <h1>
        <span class="target">{target}</span> <span class="muted">{t.head.as(scenario, identity)}</span>
      </h1>
      <p class="verdict">
        <span class="symbol" aria-hidden="true">
          {SYMBOLS[verdict]}
        </span>
        {verdict}
      </p>
      <p>{kind === 'live' ? t.soFar : t.verdicts[verdict]}</p>
      <Reasons title={t.head.why} texts={told.map(({ text }) => text)} />
      <Reasons title={t.head.warnings} texts={warnings.map(({ text }) => text)} isMinor />
      <Facts result={result} isLive={kind === 'live'} />
    </header>
  );
}

function Reasons({ title, texts, isMinor = false }: { title: string; texts: readonly string[]; isMinor?: boolean }) {
  if (texts.length === 0) return null;
  return (
    <div class={isMinor ? 'reasons minor' : 'reasons'}>
      <h2>{title}</h2>
      <ul>
        {texts.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </div>
  );
}
