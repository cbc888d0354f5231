import type { ContainerFacts, EngineFacts } from '../clients/docker.js';
import { shortId } from './container-readings.js';

/** Variables whose values are no secrets and say how the target is set up. Of all others only the names are written. */
const SHOWN_VARIABLES = new Set([
  'REDIS_PUBSUB_ENABLED',
  'REDIS_PUBSUB_CHANNEL',
  'UVICORN_WORKERS',
  'WEB_CONCURRENCY',
  'WORKERS',
  'LOG_LEVEL',
  'NODE_ENV',
  'TZ',
]);

/** Labels that tools set to say where a container is from. Others may hold anything, such as a password for a proxy. */
const SHOWN_LABELS = /^(?:com\.docker\.compose\.|org\.opencontainers\.image\.)/;

/** What was read of one component for the evidence. */
export interface ComponentFacts {
  component: string;
  facts: ContainerFacts;
  /** `repository@sha256:…`; empty for an image that was made on that machine. */
  digests: readonly string[];
}

/** The evidence as JSON: no values of variables or labels that could be secrets. */
export function evidenceOf(engine: EngineFacts | undefined, components: readonly ComponentFacts[]): string {
  const shown = components.map(({ component, facts: { env, labels, ...facts }, digests }) => ({
    component,
    ...facts,
    digests,
    env: masked(env, (name) => SHOWN_VARIABLES.has(name)),
    labels: masked(labels, (name) => SHOWN_LABELS.test(name)),
  }));
  return `${JSON.stringify({ engine, containers: shown }, undefined, 2)}\n`;
}

/** In the order of their names. What is not to be shown is null. */
function masked(values: Record<string, string>, isShown: (name: string) => boolean): Record<string, string | null> {
  const names = Object.keys(values).sort();
  return Object.fromEntries(names.map((name) => [name, isShown(name) ? (values[name] ?? null) : null]));
}

const HEADINGS = ['COMPONENT', 'CONTAINER', 'NAME', 'IMAGE', 'STATUS', 'STARTED', 'RESTARTS', 'HEALTH', 'CORES', 'MEMORY LIMIT', 'PORTS'];

/** The same for reading: a line each. */
export function tableOf(components: readonly ComponentFacts[]): string {
  const rows = components.map(({ component, facts }) => [
    component,
    shortId(facts.id),
    facts.name,
    facts.image,
    facts.running ? facts.status : `${facts.status} (${facts.exitCode})`,
    facts.startedAt,
    String(facts.restartCount),
    facts.health ?? '-',
    facts.cpuQuota === undefined ? 'all' : String(facts.cpuQuota),
    facts.memoryLimit === undefined ? 'none' : `${Math.round(facts.memoryLimit / 2 ** 20)} MiB`,
    facts.ports.map(({ hostAddress, hostPort, containerPort }) => `${hostAddress}:${hostPort}->${containerPort}`).join(' ') || '-',
  ]);
  const lines = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
