import { failuresCsv, statsCsv } from '../../locust-csv.js';
import { verdictJson } from '../../verdict-json.js';
import { historyCsv } from '../history-csv.js';
import { useTexts } from '../i18n/context.js';
import { Section } from '../parts/section.js';
import type { SectionProps } from './props.js';

/** What can be taken along, made in the page: also where it was opened from a disk. */
export function Downloads({ model }: SectionProps) {
  const { sections, notes, downloads: t } = useTexts();
  const { result } = model;
  const files = [
    ['statistics', 'stats.csv', () => statsCsv(result)],
    ['history', 'history.csv', () => historyCsv(model.load)],
    ['failures', 'failures.csv', () => failuresCsv(result)],
    ['verdict', 'verdict.json', () => verdictJson(result)],
  ] as const;
  return (
    <Section id="downloads" title={sections.downloads} note={notes.downloads}>
      <div class="buttons">
        {files.map(([id, name, make]) => (
          <button key={id} type="button" class="button" onClick={() => save(`${result.runId}-${name}`, make())}>
            {t[id]}
          </button>
        ))}
      </div>
      {model.thinning > 1 && <p class="note">{t.thinned(model.thinning)}</p>}
    </Section>
  );
}

const KEPT_MS = 60_000;

/** Hands a text to the browser to keep. */
function save(name: string, text: string): void {
  const type = name.endsWith('.json') ? 'application/json' : 'text/csv';
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  // What a target says must be no path.
  link.download = name.replace(/[^\w.-]/g, '_');
  link.click();
  // The browser reads it when it comes to it.
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
