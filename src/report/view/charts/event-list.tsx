import type { Board } from './board.js';
import type { Mark } from './marks.js';
import type { Subject } from './subject.js';
import type { ChartTexts } from './texts.js';
import { timeTexts } from './time-axis.js';

/** How much of the time around an event one sees who chooses it, in seconds. */
const AROUND = 30;

const SIGNS: Record<Mark['kind'], string> = { alarm: '▼', change: '●', stage: '┊' };

/** All marks in words. Who comes upon one sees it in the charts. */
export function EventList({ board, subject, texts }: { board: Board; subject: Subject; texts: ChartTexts }) {
  const { marks } = subject;
  if (marks.length === 0) return null;
  return (
    <details class="chart-events" open={marks.length <= 12}>
      <summary>
        {texts.events.title} ({marks.length})
      </summary>
      <ol>
        {marks.map((mark, index) => (
          <li key={index} class={`chart-event-${mark.kind}`}>
            <button
              type="button"
              title={timeTexts(mark.t, subject).join(' · ')}
              onClick={() => board.view.zoomTo({ from: mark.t - AROUND, to: mark.t + AROUND })}
              onFocus={() => board.highlight(mark)}
              onBlur={() => board.highlight(null)}
              onMouseEnter={() => board.highlight(mark)}
              onMouseLeave={() => board.highlight(null)}
            >
              <span aria-hidden="true">{SIGNS[mark.kind]}</span> {timeTexts(mark.t, subject)[0]}
            </button>{' '}
            {mark.text}
          </li>
        ))}
      </ol>
    </details>
  );
}
