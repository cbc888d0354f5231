import type { JournalWriter } from '../../journal/writer.js';
import type { Io } from '../io.js';
import { roomOf, type Size } from '../screen.js';
import { LiveState } from './state.js';
import { liveView } from './view.js';

/** Four times a second at most: more often nobody can read it. */
const LEAST_MS = 250;

/** Time goes on where nothing happens. */
const TICK_MS = 1_000;

export interface LiveOptions {
  /** How long the load takes where its stages do not say so. */
  forSeconds?: number | undefined;
  /** Unix time in ms by the clock of the journal. */
  now?: () => number;
}

/**
 * Shows a run on a terminal from the beginning of its load on, below whatever else is said. Returns a function that ends it and leaves nothing
 * of it on the screen.
 */
export function showLive(
  journal: Pick<JournalWriter, 'follow'>,
  io: Pick<Io, 'block' | 'keys' | 'env'>,
  { forSeconds, now = () => performance.timeOrigin + performance.now() }: LiveOptions = {},
): () => void {
  const state = new LiveState();
  const colour = !io.env.NO_COLOR;
  let help = false;
  let ticker: NodeJS.Timeout | undefined;
  let waiting: NodeJS.Timeout | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let releaseKeys = (): void => {};

  const view = (size: Size): string[] => liveView(state, { ...roomOf(size), colour, now: now(), help, forSeconds });
  const draw = (): void => {
    clearTimeout(waiting);
    waiting = undefined;
    drawnAt = performance.now();
    io.block(view);
  };
  const drawSoon = (): void => {
    if (ticker === undefined) return;
    waiting ??= setTimeout(draw, Math.max(0, drawnAt + LEAST_MS - performance.now()));
  };
  const begin = (): void => {
    ticker = setInterval(drawSoon, TICK_MS);
    releaseKeys = io.keys((key) => {
      if (key !== '?') return;
      help = !help;
      drawSoon();
    });
  };
  const stopFollowing = journal.follow((event) => {
    state.add(event);
    if (event.type === 'load.start') begin();
    drawSoon();
  });
  return () => {
    stopFollowing();
    releaseKeys();
    clearInterval(ticker);
    clearTimeout(waiting);
    ticker = undefined;
    io.block([]);
  };
}
