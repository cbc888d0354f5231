import { useEffect, useRef, useState } from 'preact/hooks';
import type { LiveView } from './live-view.js';
import { type Seen, Session, UNSEEN } from './session.js';

/** Follows a run as long as it is shown. @param onNews Called also while nobody looks. */
export function useSession(id: string, onNews: (view: LiveView) => void): { seen: Seen; session: Session | null } {
  const [seen, show] = useState(UNSEEN);
  const [session, setSession] = useState<Session | null>(null);
  const news = useRef(onNews);
  news.current = onNews;
  useEffect(() => {
    show(UNSEEN);
    const own = new Session(id, show, (view) => news.current(view));
    setSession(own);
    return () => own.close();
  }, [id]);
  return { seen, session };
}

/** Now, in Unix ms, a little after each second while somebody looks. @param isRunning Whether it goes on. */
export function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isRunning) return;
    setNow(Date.now());
    const timer = setInterval(() => document.hidden || setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}

/** Something that is asked of the server now and then while somebody looks. */
export interface Asked<T> {
  value: T | undefined;
  /** Of the last time that it was asked; undefined when that went well. */
  error: unknown;
  again(): void;
}

/** @param everyMs 0: once. @param key What it depends on: when that is another, it is asked anew. */
export function useAsked<T>(ask: () => Promise<T>, everyMs: number, key = ''): Asked<T> {
  const [answer, setAnswer] = useState<{ value: T | undefined; error: unknown }>({ value: undefined, error: undefined });
  const [count, setCount] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = (): void => {
      if (everyMs > 0 && !isOver) timer = setTimeout(look, everyMs);
    };
    const look = (): void => {
      if (document.hidden && everyMs > 0) return next();
      latest.current().then(
        (value) => {
          if (!isOver) setAnswer({ value, error: undefined });
          next();
        },
        (error: unknown) => {
          if (!isOver) setAnswer((old) => ({ value: old.value, error }));
          next();
        },
      );
    };
    look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [everyMs, key, count]);
  return { ...answer, again: () => setCount((old) => old + 1) };
}
