import type { ComponentChildren } from 'preact';
import { visible } from '../../text.js';
import type { PageModel } from '../model.js';
import { reportUrl } from './api.js';
import { Controls } from './controls.js';
import { useSession } from './hooks.js';
import { type LiveView, lastOf } from './live-view.js';
import { PreflightList } from './preflight-list.js';
import { Said } from './said.js';
import { StatusBar } from './status-bar.js';
import { useLive } from './texts.js';

interface RunPageProps {
  id: string;
  /** Shows what a report shows. */
  report(model: PageModel): ComponentChildren;
}

/** One run, under way or over: how it stands, what can be changed of it, and its report as far as it is known. */
export function RunPage({ id, report }: RunPageProps) {
  const t = useLive();
  const { seen, session } = useSession(id, (view) => setTitle(view, t.state));
  const { run, model } = seen.view;
  const isOver = run?.state === 'finished';
  return (
    <>
      <Announcer view={seen.view} />
      <StatusBar seen={seen} retry={() => session?.retry()}>
        {model && (
          <a class="button small" href={reportUrl(id)} download>
            {t.download}
          </a>
        )}
      </StatusBar>
      {run && session && !isOver && (
        <div class="steering">
          {run.controllable ? (
            <Controls
              run={run}
              planned={model === null ? null : lastOf(model.load.planned)}
              command={(command) => session.command(command)}
            />
          ) : (
            <p class="card muted">{t.controls.notOurs}</p>
          )}
          {(run.controllable || run.said.length > 0) && <Said lines={run.said} isOpen={run.state !== 'running'} />}
        </div>
      )}
      {model && run?.state === 'preflight' && <PreflightList checks={model.result.checks} />}
      {model ? run?.state !== 'preflight' && report(model) : <p class="card muted">{run ? t.waiting : t.noRunYet}</p>}
      {isOver && run.said.length > 0 && <Said lines={run.said} isOpen={false} />}
    </>
  );
}

/** Says to those who do not look what has changed of the whole: not every figure of every second. */
function Announcer({ view: { run, model } }: { view: LiveView }) {
  const t = useLive();
  const verdict = run?.state === 'finished' && model ? ` ${t.verdictIs(model.result.verdict)}` : '';
  return (
    <p class="visually-hidden" role="status" aria-live="polite">
      {run ? `${t.announced(t.state[run.state])}.${verdict}` : ''}
    </p>
  );
}

/** What the browser's tab says, also while another is looked at. */
function setTitle({ run, model }: LiveView, states: Record<string, string>): void {
  if (run === null) return;
  const what = run.state === 'finished' && model ? model.result.verdict : states[run.state];
  document.title = model ? `${what}: ${visible(model.result.target)}` : `${what}: ${run.id}`;
}
