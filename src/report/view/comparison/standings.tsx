import type { ComparedMetric } from '../../../verdict/compare/comparison.js';
import { useFigures } from '../figures.js';
import { useLive } from '../live/texts.js';

/** Of which kind of tag each word is, and its shape for those who cannot tell colours apart. */
const TAGS = { same: ['same', '✓'], differs: ['fail', '✕'], unknown: ['unknown', '?'] } as const;

/** How one metric of each run but the first stands against that. */
export function Standings({ of: { tests } }: { of: ComparedMetric }) {
  const t = useLive().compare;
  const figures = useFigures();
  const signed = (share: number): string => `${share < 0 ? '−' : '+'}${figures.percent(Math.abs(share))}`;
  return (
    <>
      {tests.map(({ standing, change }, index) => (
        <span key={index} class={`tag ${TAGS[standing][0]}`}>
          <span class="symbol" aria-hidden="true">
            {TAGS[standing][1]}
          </span>
          {tests.length > 1 && `${t.runNumber(index + 2)}: `}
          {t.standing[standing]}
          {standing !== 'unknown' && change !== null && ` ${signed(change)}`}
        </span>
      ))}
    </>
  );
}
