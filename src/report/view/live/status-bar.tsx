import type { ComponentChildren } from 'preact';
import { visible } from '../../text.js';
import { elapsedText } from '../charts/time-axis.js';
import { useFigures } from '../figures.js';
import { useNow } from './hooks.js';
import { type LiveView, lastOf, progressOf } from './live-view.js';
import type { Seen } from './session.js';
import { useLive } from './texts.js';

interface StatusBarProps {
  seen: Seen;
  retry(): void;
  children?: ComponentChildren;
}

/** Where the run stands, always in sight: the line to the server, the state, the time, and the few figures that one looks at from afar. */
export function StatusBar({ seen: { view, connection }, retry, children }: StatusBarProps) {
  const t = useLive();
  const { run } = view;
  const isLost = connection === 'reconnecting';
  return (
    <section class={`card status-bar${isLost ? ' stale' : ''}${run?.state === 'finished' ? '' : ' pinned'}`} aria-label={t.nav.run}>
      <div class="status-line">
        {run && <StateTag run={run} />}
        <span class={`line ${connection}`}>
          <span class="dot" aria-hidden="true" />
          {t.connection[connection]}
        </span>
        {isLost && (
          <button type="button" class="button small" onClick={retry}>
            {t.connection.retry}
          </button>
        )}
        <span class="grow" />
        {children}
      </div>
      {run && t.stateHelp[run.state] !== '' && <p class="muted">{t.stateHelp[run.state]}</p>}
      {isLost && view.model && <p class="notice">{t.connection.stale}</p>}
      {view.problem !== null && <p class="notice">{visible(view.problem)}</p>}
      <Figures view={view} />
    </section>
  );
}

function StateTag({ run }: { run: NonNullable<LiveView['run']> }) {
  const t = useLive();
  const code = run.state === 'finished' && run.exitCode !== null ? ` · ${t.exit(run.exitCode)}` : '';
  return (
    <span class={`tag state ${run.state}`}>
      {t.state[run.state]}
      {code}
    </span>
  );
}

/** The plan's progress and the last second of the load. */
function Figures({ view }: { view: LiveView }) {
  const t = useLive();
  const figures = useFigures();
  const isRunning = view.run?.state === 'running';
  const now = useNow(isRunning);
  const progress = progressOf(view, now);
  const { model, run } = view;
  if (model === null || progress === null || run === null || run.state === 'preflight') return null;
  const { load, result } = model;
  const stage = result.stages[progress.stage];
  const share = Math.min(1, progress.elapsed / progress.total);
  const [connected, planned] = [lastOf(load.connected), lastOf(load.planned)];
  const failures = lastOf(load.failures);
  return (
    <>
      <dl class="live-facts">
        <Fact name={t.facts.elapsed}>{elapsedText(Math.floor(progress.elapsed))}</Fact>
        {isRunning && <Fact name={t.facts.left}>{elapsedText(progress.left)}</Fact>}
        {isRunning && stage && (
          <Fact name={t.facts.stage}>
            {t.facts.stageOf(progress.stage + 1, result.stages.length)} <span class="muted">{visible(stage.name)}</span>
          </Fact>
        )}
        {isRunning && connected !== null && planned !== null && (
          <Fact name={t.facts.users}>
            {t.facts.usersOf(figures.count(connected), figures.count(planned))}
            {run.adjustment !== 0 && (
              <span class="muted">
                {' '}
                ({t.facts.adjusted(`${run.adjustment < 0 ? '−' : '+'}${figures.count(Math.abs(run.adjustment))}`)})
              </span>
            )}
          </Fact>
        )}
        {isRunning && <Fact name={t.facts.requests}>{figures.count(lastOf(load.requests))}</Fact>}
        {isRunning && (
          <Fact name={t.facts.failures} isBad={(failures ?? 0) > 0}>
            {figures.count(failures)}
          </Fact>
        )}
      </dl>
      {isRunning && (
        <progress class="plan-progress" max={1} value={share} aria-label={t.progress}>
          {Math.round(share * 100)} %
        </progress>
      )}
    </>
  );
}

function Fact({ name, isBad = false, children }: { name: string; isBad?: boolean; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={isBad ? 'bad' : undefined}>{children}</dd>
    </div>
  );
}
