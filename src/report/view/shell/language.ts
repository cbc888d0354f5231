import type { Language } from '../model.js';
import { kept } from './kept.js';

export const LANGUAGES: readonly Language[] = ['en', 'ko'];

const NAME = 'language';

const known = (text: string | null | undefined): Language | undefined =>
  LANGUAGES.find((language) => text?.toLowerCase().split('-')[0] === language);

/** The reader's own choice, then the document's, then the browser's. */
export const firstLanguage = (ofDocument: string | undefined): Language =>
  known(kept.read(NAME)) ?? known(ofDocument) ?? known(navigator.language) ?? 'en';

export function chooseLanguage(language: Language): void {
  kept.write(NAME, language);
}
