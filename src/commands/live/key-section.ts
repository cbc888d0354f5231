import { cut } from '../width.js';
import type { Drawing } from './drawing.js';
import type { Section } from './layout.js';

const USERS = ['w and s   one user more, one less', 'W and S   ten'];

const SIGNS = [
  '✔   within its limit so far',
  '!   beyond a warning, or beyond its limit in the last 10 s alone',
  '✘   beyond its limit',
  '-   no reading: that is not a zero',
];

const STOP = 'Ctrl-C    ends the run in good order, with its reports; once more: at once';

/** What can be pressed: one line, or all of it once somebody has asked. */
export function keySection({ state, columns, paint }: Drawing, isHelp: boolean): Section[] {
  const isOurs = state.run?.mode === 'load' && state.loadEnd === undefined;
  const full = [...(isOurs ? USERS : []), '?         hides this', STOP, ...SIGNS].map((line) => cut(line, columns));
  const short = cut(`${isOurs ? 'w W more users · s S fewer · ' : ''}? help · Ctrl-C ends the run`, columns);
  if (!isHelp) return [{ rank: 11, least: 1, most: 1, apart: true, draw: () => [paint('dim', short)] }];
  // Whoever asks wants to see it, and what is more important than anything else first.
  return [{ rank: 2, least: 1, most: full.length, apart: true, draw: (rows) => full.slice(0, rows) }];
}
