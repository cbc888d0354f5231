import type { RunResult } from '../verdict/run-result.js';
import { wrap } from './table.js';
import { clock, counted, ms } from './text.js';

/** A clock that is further off than this, beyond what the measurement itself allows, is told. */
const CLOCK_MS = 100;

/** Events in a terminal; the other reports hold them all. */
const MAX_EVENTS = 10;

/** Widths of a line of text, as the tables have. */
const WIDTH = 118;

/** What was seen of the target in a few lines: canaries, what is not the same any more, clocks that are off. Empty without any of them. */
export function targetLines(result: RunResult): string {
  return [...canaryLine(result), ...externalLine(result), ...changes(result), ...events(result), ...clocks(result)]
    .map((line) => wrap(line, WIDTH))
    .join('\n');
}

function canaryLine({ canaries }: RunResult): string[] {
  if (canaries === null) return [];
  const { published, received, late, lost, duplicates, latency } = canaries;
  const time = latency === null ? '' : `; p50 ${ms(latency['50%'])} ms, p99 ${ms(latency['99%'])} ms`;
  const arrived = `${received + late} of ${counted(published, 'canary', 'canaries')} arrived`;
  return [`Canaries: ${arrived}, ${late} late, ${lost} lost, ${duplicates} twice${time}`];
}

function externalLine({ external }: RunResult): string[] {
  if (external === null || external.rows.length === 0) return [];
  const requests = external.rows.map(({ name, requests, failures }) => `${name} ${requests} (${failures ?? 'unknown'} failed)`);
  return [`Requests as ${external.tool} tells them: ${requests.join(', ')}`];
}

const changes = ({ components }: RunResult): string[] =>
  components.flatMap(({ name, change }) => (change === null ? [] : [`Target: ${name} ${change}`]));

/** That a log is known without a gap says nothing of the target. */
const LOG_CONTINUOUS = 'log-continuous';

function events({ targetEvents }: RunResult): string[] {
  const told = targetEvents.filter(({ what }) => what !== LOG_CONTINUOUS);
  const lines = told
    .slice(0, MAX_EVENTS)
    .map(({ t, component, what, detail }) => `Target at ${clock(t)} UTC: ${component} ${what}${detail === null ? '' : ` (${detail})`}`);
  const more = told.length - lines.length;
  return more > 0 ? [...lines, `Target: ${counted(more, 'more event')}`] : lines;
}

const clocks = (result: RunResult): string[] =>
  result.clocks
    .filter(({ offsetMs, uncertaintyMs }) => Math.abs(offsetMs) - uncertaintyMs > CLOCK_MS)
    .map(({ source, offsetMs, uncertaintyMs }) => {
      const direction = offsetMs > 0 ? 'ahead of' : 'behind';
      return `Clock: ${source} is ${ms(Math.abs(offsetMs))} ms ${direction} ours (± ${ms(uncertaintyMs)} ms)`;
    });
