import type { Difference } from './comparison.js';
import type { Comparable } from './steady.js';

/** A resolved configuration, as `config.json` holds it; null where it is not there. */
export type SavedConfig = Readonly<Record<string, unknown>> | null;

/** Of the configuration what says nothing of the conditions: told on its own, or different in every run. */
const TOLD_ELSEWHERE = /^(stages|yes)(\W|$)/;

/** What stands where a secret stood: another token in every run, also for the same secret. */
const REDACTED = /<redacted:[\w-]+>/g;

/** What was not the same before the load: the tool's version, the stages, the images, and every leaf of the configuration. */
export function differencesOf(runs: readonly Comparable[], configs: readonly SavedConfig[]): Difference[] {
  return [
    ...differing('version', [['loadwitness', runs.map(({ tool }) => tool)]]),
    ...differing('stages', [['stages', runs.map(({ stages }) => stages.map(planOf).join(', '))]]),
    ...differing('image', imagesOf(runs)),
    ...differing('configuration', leavesOf(configs)),
  ];
}

const planOf = ({ users, spawnRate, untilSeconds }: Comparable['stages'][number]): string => `${users}@${spawnRate}:${untilSeconds}s`;

type Named = [name: string, values: (string | null)[]];

function differing(what: Difference['what'], all: readonly Named[]): Difference[] {
  return all.filter(([, values]) => new Set(values).size > 1).map(([name, values]) => ({ what, name, values }));
}

function imagesOf(runs: readonly Comparable[]): Named[] {
  const names = [...new Set(runs.flatMap(({ components }) => components.map(({ name }) => name)))].sort();
  return names.map((name) => [
    name,
    runs.map(({ components }) => {
      const component = components.find((one) => one.name === name);
      return component?.start?.image ?? component?.end?.image ?? null;
    }),
  ]);
}

function leavesOf(configs: readonly SavedConfig[]): Named[] {
  const flat = configs.map((config) => (config === null ? null : new Map(leaves(config, ''))));
  // A configuration that is not there differs in nothing that could be named.
  if (flat.some((one) => one === null)) return [];
  const names = [...new Set(flat.flatMap((one) => [...(one?.keys() ?? [])]))].filter((name) => !TOLD_ELSEWHERE.test(name)).sort();
  return names.map((name) => [name, flat.map((one) => one?.get(name) ?? null)]);
}

function* leaves(value: unknown, path: string): Generator<[string, string]> {
  if (typeof value !== 'object' || value === null) {
    yield [path, (JSON.stringify(value) ?? 'undefined').replaceAll(REDACTED, '<redacted>')];
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    yield* leaves(item, Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`);
  }
}
