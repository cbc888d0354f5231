import type { Checklist } from '../report/checklist.js';
import { checklistJson } from '../report/checklist-json.js';
import { checklistJunit } from '../report/checklist-junit.js';
import { checklistMarkdown } from '../report/checklist-markdown.js';
import { oneFile } from './report-files.js';

/** What `preflight --report` can write. */
export const CHECKLIST_REPORTS = {
  json: oneFile<Checklist>(checklistJson),
  junit: oneFile<Checklist>(checklistJunit),
  markdown: oneFile<Checklist>(checklistMarkdown),
};
