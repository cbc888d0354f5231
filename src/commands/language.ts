import { Option } from 'commander';
import type { Language } from '../report/view/model.js';

const LANGUAGES: readonly Language[] = ['en', 'ko'];

/** The language that a page begins with: that of the environment, as far as there is one of ours. */
export function languageOf({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): Language {
  return /^ko(?![a-z])/i.test(LC_ALL || LC_MESSAGES || LANG || '') ? 'ko' : 'en';
}

/** The option that says it. */
export const languageOption = (): Option =>
  new Option('--lang <language>', "of the report's page to begin with; left out: that of the environment (LC_ALL, LANG)").choices(
    LANGUAGES,
  );

/** What was typed or, where nothing was, the first that is one of ours, and the environment's. */
export function languageFrom(env: NodeJS.ProcessEnv, ...wanted: readonly (string | undefined)[]): Language {
  return wanted.flatMap((one) => LANGUAGES.filter((language) => language === one))[0] ?? languageOf(env);
}
