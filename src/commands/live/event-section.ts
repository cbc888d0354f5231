import type { Colour } from '../../report/table.js';
import { clock as clockOfDay } from '../../report/text.js';
import { cut } from '../width.js';
import type { Drawing } from './drawing.js';
import type { Section } from './layout.js';
import type { RecentEvent, Weight } from './recent-events.js';

const MOST_SHOWN = 8;

const SIGNS: Record<Weight, { text: string; colour: Colour | undefined }> = {
  plan: { text: ' ', colour: undefined },
  note: { text: '!', colour: 'yellow' },
  bad: { text: '✘', colour: 'red' },
};

/** The last things that happened, the newest first. */
export function eventSection({ state: { events }, columns, paint }: Drawing): Section[] {
  return [
    {
      rank: 4,
      least: 1,
      most: Math.min(MOST_SHOWN, events.size),
      apart: true,
      draw: (rows) => events.newest(rows).map((event) => lineOf(event, columns, paint)),
    },
  ];
}

function lineOf({ t, text, weight, count }: RecentEvent, columns: number, paint: Drawing['paint']): string {
  const { text: sign, colour } = SIGNS[weight];
  const time = clockOfDay(t);
  const often = count > 1 ? ` (${count} times)` : '';
  const rest = `${cut(text, Math.max(1, columns - time.length - 3 - often.length))}${often}`;
  return `${paint('dim', time)} ${colour ? paint(colour, sign) : sign} ${cut(rest, Math.max(0, columns - time.length - 3))}`;
}
