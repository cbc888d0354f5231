import { visible } from '../../text.js';
import type { PageModel } from '../model.js';
import { Status } from '../parts/status.js';
import { useLive } from './texts.js';

/** The checks as they come in, the newest last: what is looked at until there is load. */
export function PreflightList({ checks }: { checks: PageModel['result']['checks'] }) {
  const t = useLive();
  return (
    <section class="card preflight" aria-labelledby="preflight-title">
      <h2 id="preflight-title">{t.preflight.title}</h2>
      <p class="muted" role="status">
        {checks.length === 0 ? t.preflight.none : t.preflight.soFar(checks.length)}
      </p>
      <ol>
        {checks.map(({ check, title, status, observed }) => (
          <li key={check}>
            <Status of={status} />
            <span>
              {visible(title)} <span class="muted">{visible(observed)}</span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
