import { rememberCollected } from '../bundle/collected-at.js';
import type { Judged } from '../bundle/judged.js';
import { readJournal } from '../journal/reader.js';
import { reportsOf } from '../report/write.js';
import { judge } from '../verdict/judge.js';
import { summarize } from '../verdict/summarize.js';

/**
 * Judges a run by its journal, which is read once.
 *
 * @throws JournalError, NoRunError
 */
export function judgeJournal(journal: string): Judged {
  const collectedAt = new Map<string, number>();
  const result = judge(summarize(rememberCollected(readJournal(journal), collectedAt)));
  return { result, collectedAt, reports: reportsOf(result) };
}
