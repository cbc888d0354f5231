import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ServerPage } from '../../../dashboard/protocol.js';
import type { PageModel } from '../model.js';
import { ComparePage } from './compare-page.js';
import { Link } from './link.js';
import { addressOf, type Route, routeOf } from './route.js';
import { RunList } from './run-list.js';
import { RunPage } from './run-page.js';
import { StartForm } from './start-form.js';
import { useLive } from './texts.js';
import './forms.css';
import './live.css';

interface LiveAppProps {
  page: ServerPage;
  /** Shows what a report shows. */
  report(model: PageModel): ComponentChildren;
}

/** The page of the server: the runs, one of them, or some beside each other. */
export function LiveApp({ page, report }: LiveAppProps) {
  const t = useLive();
  const [route, setRoute] = useState<Route>(() => routeOf(location, page.run));
  const main = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const back = (): void => setRoute(routeOf(location, page.run));
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, [page.run]);
  const go = (next: Route): void => {
    history.pushState(null, '', addressOf(next));
    setRoute(next);
    // As after a page that was loaded: from its beginning, for the eye and for the keyboard.
    scrollTo(0, 0);
    main.current?.focus();
  };
  useEffect(() => {
    if (route.at !== 'run') document.title = `${route.at === 'runs' ? t.nav.runs : t.compare.title} · Loadwitness`;
  }, [route, t]);
  return (
    <div class="live">
      <nav class="live-nav" aria-label={t.nav.label}>
        <Link to={{ at: 'runs' }} go={go} isHere={route.at === 'runs'}>
          {page.form ? t.nav.startAndRuns : t.nav.runs}
        </Link>
        {route.at === 'run' && <span aria-current="page">{route.id}</span>}
        {route.at === 'compare' && <span aria-current="page">{t.compare.title}</span>}
      </nav>
      <div ref={main} class="live-main" tabIndex={-1}>
        {route.at === 'runs' && (
          <>
            <h1 class="visually-hidden">{t.nav.runs}</h1>
            {page.form && <StartForm defaults={page.form} onStarted={(id) => go({ at: 'run', id })} />}
            <RunList go={go} />
          </>
        )}
        {route.at === 'run' && <RunPage key={route.id} id={route.id} report={report} />}
        {route.at === 'compare' && <ComparePage ids={route.ids} />}
      </div>
    </div>
  );
}
