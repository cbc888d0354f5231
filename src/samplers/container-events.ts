import type { ContainerEvent } from '../clients/docker.js';
import { shortId } from './container-readings.js';
import type { Note } from './sampler.js';

/** What is worth telling of a container's life. Others (exec, attach, top, create, …) are the watchers' own, or nothing that matters to a load. */
const TOLD = new Set(['die', 'start', 'restart', 'stop', 'kill', 'oom', 'pause', 'unpause', 'destroy', 'rename']);

const HEALTH = 'health_status: ';

/** An event as a note about `component`; undefined when it is not worth one. */
export function noteOfEvent(event: ContainerEvent, component: string): Note | undefined {
  const what = event.action.startsWith(HEALTH) ? event.action.slice(HEALTH.length) : event.action;
  if (what === event.action && !TOLD.has(what)) return undefined;
  const { exitCode, signal } = event.attributes;
  const detail = [
    ...(what === 'die' && exitCode !== undefined ? [`exit code ${exitCode}`] : []),
    ...(what === 'kill' && signal !== undefined ? [`signal ${signal}`] : []),
    `container ${shortId(event.id)}`,
  ].join(', ');
  return { component, what, detail, sourceTime: event.time };
}
