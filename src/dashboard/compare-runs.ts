import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { comparisonModel } from '../report/comparison-model.js';
import type { ComparisonModel, Language } from '../report/view/model.js';
import { compare } from '../verdict/compare/compare.js';
import type { SavedConfig } from '../verdict/compare/differences.js';
import type { LiveRuns } from './live-runs.js';
import { runFolder } from './run-list.js';

const CONFIG = 'config.json';

interface From {
  out: string;
  runs: LiveRuns;
  language: Language;
}

/** What the page of a comparison shows of runs as they stand; undefined when there is no such run. */
export async function compareRuns(ids: readonly string[], { out, runs, language }: From): Promise<ComparisonModel | undefined> {
  const folders = await Promise.all(ids.map((id) => runFolder(out, id)));
  const found = folders.filter((folder) => folder !== undefined);
  if (found.length < ids.length) return undefined;
  const nows = await Promise.all(ids.map((id) => runs.now(id)));
  const results = nows.flatMap((now) => (now ? [now.result] : []));
  const configs = await Promise.all(found.map(readConfig));
  return comparisonModel(compare(results, configs), results, language);
}

/** A run that was moved without its configuration can still be compared. */
async function readConfig(folder: string): Promise<SavedConfig> {
  try {
    const config: unknown = JSON.parse(await readFile(join(folder, CONFIG), 'utf8'));
    return typeof config === 'object' ? (config as SavedConfig) : null;
  } catch {
    return null;
  }
}
