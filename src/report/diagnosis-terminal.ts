import type { Finding, RunResult, Standing } from '../verdict/run-result.js';
import { firstAction, STANDINGS } from './standing.js';
import { type Colour, type Paint, wrap } from './table.js';
import { visible } from './text.js';

const COLOURS: Record<Standing, Colour> = { confirmed: 'red', likely: 'yellow', possible: 'dim', ruled_out: 'green' };

/** Width of a line of text, as the tables have. */
const WIDTH = 116;

/** Each finding in a few lines: what it is, its numbers, the best supported cause and what to do first. Empty without findings. */
export function diagnosisLines({ findings }: RunResult, paint: Paint): string {
  return findings.map((finding) => findingLines(finding, paint).join('\n')).join('\n');
}

function findingLines({ title, symptom, causes }: Finding, paint: Paint): string[] {
  const [cause] = causes;
  const action = firstAction(causes);
  return [
    paint('bold', visible(title)),
    indented(symptom),
    ...(cause === undefined
      ? []
      : [`  cause, ${paint(COLOURS[cause.standing], STANDINGS[cause.standing])}: ${indented(cause.title).trimStart()}`]),
    ...(action === undefined ? [] : [indented(`to do: ${action.text}`)]),
    // A command is not wrapped: it is to be copied.
    ...(action?.command == null ? [] : [`    ${visible(action.command)}`]),
  ];
}

const indented = (text: string): string =>
  wrap(text, WIDTH)
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
