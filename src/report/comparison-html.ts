import { conclusion } from './comparison-cells.js';
import { pageDocument } from './html.js';
import { escapeHtml } from './text.js';
import type { ComparisonModel } from './view/model.js';

/**
 * comparison.html: one page that needs nothing else and asks nobody.
 *
 * @throws KnownError when the page was not built.
 */
export function comparisonHtml(model: ComparisonModel): string {
  const title = conclusion(model.comparison);
  const reasons = model.comparison.reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`).join('');
  return pageDocument(model, title, `<h1>${escapeHtml(title)}</h1><ul>${reasons}</ul>`);
}
