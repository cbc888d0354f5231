import { cut, pad, widthOf } from '../width.js';
import { asMs, asRate, type Drawing, shown } from './drawing.js';
import type { Section } from './layout.js';
import { KEPT_SECONDS, LAST_SECONDS } from './load-figures.js';
import { greatest, sparkline } from './sparkline.js';

const LABEL = 7;
const LEAST_SPARK = 10;
const SCALE = 12;

/** On fewer a line each says no more than one. */
const LEAST_COLUMNS = 30;

/** How many users there are, what they do each second, and how fast they are answered: a line, or three with their last minutes. */
export function nowSection(drawing: Drawing): Section[] {
  const { state } = drawing;
  if (state.run?.mode !== 'load') return [];
  // Two rows would tell no more than one.
  return [
    {
      rank: 2,
      least: 1,
      most: 3,
      draw: (rows) => (rows < 3 || drawing.columns < LEAST_COLUMNS ? [inOneLine(drawing)] : inThreeLines(drawing)),
    },
  ];
}

const usersText = ({ state: { load, adjustment } }: Drawing): string => {
  const { planned, active, connected } = load.users ?? { planned: 0, active: 0, connected: 0 };
  const byHand = adjustment === 0 ? '' : ` (${adjustment > 0 ? '+' : ''}${adjustment} by hand)`;
  return `${planned} planned${byHand} · ${active} active · ${connected} connected`;
};

function inOneLine(drawing: Drawing): string {
  const { load } = drawing.state;
  const rate = asRate(load.perSecond(load.all.lastRequests));
  return cut(`Users ${usersText(drawing)} · ${rate} req/s`, drawing.columns);
}

function inThreeLines(drawing: Drawing): string[] {
  const { state, columns, paint } = drawing;
  const { load } = state;
  const failed = load.perSecond(load.all.lastFailures);
  const texts: [label: string, text: string][] = [
    ['Users', usersText(drawing)],
    ['Req/s', `${asRate(load.perSecond(load.all.lastRequests))}, ${asRate(failed)} failed (last ${LAST_SECONDS} s)`],
    ['p95', `${shown(load.all.last?.p95, asMs)} (last ${LAST_SECONDS} s)`],
  ];
  const textWidth = Math.min(Math.max(0, columns - LABEL), Math.max(...texts.map(([, text]) => widthOf(text))));
  const free = columns - LABEL - textWidth - 2;
  const hasScale = free >= LEAST_SPARK + SCALE;
  const room = Math.min(KEPT_SECONDS, hasScale ? free - SCALE : free);
  const history = load.history(Math.max(0, room));
  const lines: [values: (number | undefined)[], scale: (most: number) => string][] = [
    [history.map((one) => one?.active), (most) => `max ${most}`],
    [history.map((one) => one?.requests), (most) => `max ${most}`],
    [history.map((one) => one?.p95), (most) => `max ${asMs(most)}`],
  ];
  return texts.map(([label, text], index) => {
    const [values, scale] = lines[index] ?? [[], () => ''];
    const name = paint('dim', pad(label, LABEL));
    if (room < LEAST_SPARK) return `${name}${cut(text, textWidth)}`;
    const most = hasScale ? ` ${paint('dim', cut(scale(greatest(values)), SCALE - 1))}` : '';
    return `${name}${pad(text, textWidth)}  ${sparkline(values, room)}${most}`;
  });
}
