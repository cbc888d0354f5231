import type { Texts } from '../i18n/en.js';
import type { PageModel } from '../model.js';

/** The sections of the page: the ids of their elements. */
export type SectionId = keyof Texts['sections'];

/** What every section of the page gets. */
export interface SectionProps {
  model: PageModel;
}
