import { useState } from 'preact/hooks';
import type { RunEntry } from '../../../dashboard/protocol.js';
import { visible } from '../../text.js';
import { useFigures } from '../figures.js';
import { ApiError, api, reportUrl } from './api.js';
import { useAsked } from './hooks.js';
import { Link } from './link.js';
import type { Route } from './route.js';
import { orderBy, type RunColumn, type RunOrder, sortRuns } from './run-order.js';
import { useLive } from './texts.js';

/** How often the list is looked at again. */
const EVERY_MS = 5000;

const COLUMNS: readonly RunColumn[] = ['start', 'verdict', 'target', 'users'];

/** All runs of the folder: to open, to keep, and to choose some for a comparison. */
export function RunList({ go }: { go(route: Route): void }) {
  const t = useLive();
  const { value: runs, error } = useAsked(api.runs, EVERY_MS);
  const [order, setOrder] = useState<RunOrder>({ by: 'start', descending: true });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string): void =>
    setChosen((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  // The oldest is what the others are compared with.
  const compare = (): void =>
    go({ at: 'compare', ids: [...(runs ?? [])].sort((a, b) => a.start - b.start).flatMap(({ id }) => (chosen.has(id) ? [id] : [])) });
  return (
    <section class="card run-list" aria-labelledby="runs-title">
      <div class="status-line">
        <h2 id="runs-title">{t.runs.title}</h2>
        <span class="grow" />
        {chosen.size > 0 && (
          <button type="button" class="button" onClick={() => setChosen(new Set())}>
            {t.runs.clear}
          </button>
        )}
        <button type="button" class="button primary" disabled={chosen.size < 2} onClick={compare}>
          {t.runs.compare(chosen.size)}
        </button>
      </div>
      {error !== undefined && (
        <p class="notice" role="alert">
          {t.runs.failed}: {error instanceof ApiError ? error.message : t.unknownError}
        </p>
      )}
      {runs === undefined && error === undefined && <p class="muted">{t.runs.loading}</p>}
      {runs?.length === 0 && <p class="muted">{t.runs.none}</p>}
      {runs !== undefined && runs.length > 0 && (
        <div class="scroll">
          <table class="runs">
            <thead>
              <tr>
                <th scope="col">{t.runs.columns.choose}</th>
                {COLUMNS.map((column) => (
                  <SortHead key={column} column={column} order={order} onSort={() => setOrder((old) => orderBy(old, column))} />
                ))}
                <th scope="col">{t.runs.columns.report}</th>
              </tr>
            </thead>
            <tbody>
              {sortRuns(runs, order).map((run) => (
                <Row key={run.id} run={run} isChosen={chosen.has(run.id)} toggle={() => toggle(run.id)} go={go} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function SortHead({ column, order, onSort }: { column: RunColumn; order: RunOrder; onSort(): void }) {
  const t = useLive();
  const isBy = order.by === column;
  const name = t.runs.columns[column];
  return (
    <th
      scope="col"
      class={column === 'users' ? 'num' : undefined}
      aria-sort={isBy ? (order.descending ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" class="sort" onClick={onSort} title={t.runs.sortBy(name)}>
        {name}
        <span aria-hidden="true">{isBy ? (order.descending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

function Row({ run, isChosen, toggle, go }: { run: RunEntry; isChosen: boolean; toggle(): void; go(route: Route): void }) {
  const t = useLive();
  const figures = useFigures();
  const { id, target, start, users, verdict, running } = run;
  return (
    <tr>
      <td class="choose" data-label={t.runs.columns.choose}>
        <label class="hit">
          <input type="checkbox" checked={isChosen} onChange={toggle} aria-label={t.runs.choose(id)} />
        </label>
      </td>
      <td data-label={t.runs.columns.start}>
        <Link to={{ at: 'run', id }} go={go}>
          {figures.time(start)}
        </Link>
        <div class="muted id">{id}</div>
      </td>
      <td data-label={t.runs.columns.verdict}>
        <VerdictTag verdict={verdict} running={running} />
      </td>
      <td data-label={t.runs.columns.target}>{visible(target)}</td>
      <td class="num" data-label={t.runs.columns.users}>
        {figures.count(users)}
      </td>
      <td data-label={t.runs.columns.report}>
        <a class="button small" href={reportUrl(id)} download aria-label={t.downloadOf(id)}>
          report.html
        </a>
      </td>
    </tr>
  );
}

function VerdictTag({ verdict, running }: Pick<RunEntry, 'verdict' | 'running'>) {
  const t = useLive();
  if (running) return <span class="tag running">{t.runs.running}</span>;
  if (verdict === null) return <span class="tag">{t.runs.noVerdict}</span>;
  return <span class={`tag ${verdict.toLowerCase()}`}>{verdict}</span>;
}
