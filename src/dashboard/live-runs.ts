import { join } from 'node:path';
import type { WebSocket } from 'ws';
import type { Language, PageModel } from '../report/view/model.js';
import type { RunResult } from '../verdict/run-result.js';
import { LiveRun } from './live-run.js';
import { modelOfRun } from './model-of-run.js';
import type { RunState, ToPage } from './protocol.js';
import type { RunControl } from './run-control.js';
import { JOURNAL, runFolder } from './run-list.js';
import { type Frame, frameOf, Viewers } from './viewers.js';

/** A run that nobody looks at is followed for so long: whoever loads the page again is there sooner. */
const LINGER_MS = 30_000;

/** Nobody waits longer for the last of a run. */
const SETTLE_MS = 3000;

/** More viewers would be somebody's mistake. */
const MOST_VIEWERS = 200;

interface Followed {
  live: LiveRun;
  viewers: Viewers;
  /** Resolves when there is a model, or it is known why there is none. */
  ready: Promise<void>;
  isReady: () => void;
  /** Made when the first one needs it. */
  modelFrame: Frame | undefined;
  users: number;
  leaving: NodeJS.Timeout | undefined;
}

/** A run as it stands, for who asks once. */
export interface RunNow {
  model: PageModel;
  result: RunResult;
}

/** The runs that somebody looks at. Each is followed once, however many look. */
export class LiveRuns {
  readonly #out: string;
  readonly #control: RunControl;
  readonly #language: Language;
  readonly #runs = new Map<string, Followed>();
  readonly #unfollow: () => void;

  /** @param out The folder of all runs. */
  constructor(out: string, control: RunControl, language: Language) {
    this.#out = out;
    this.#control = control;
    this.#language = language;
    this.#unfollow = control.follow((id) => {
      const followed = this.#runs.get(id);
      if (!followed) return;
      this.#tellState(id, followed);
      // A folder that cannot be looked at now can be the next time.
      void followed.live.lookAgain().catch(() => {});
    });
  }

  /** Whether there is such a run, and room for one who wants to look at it. */
  async canJoin(id: string): Promise<boolean> {
    const viewers = [...this.#runs.values()].reduce((sum, { viewers: { count } }) => sum + count, 0);
    return viewers < MOST_VIEWERS && (await runFolder(this.#out, id)) !== undefined;
  }

  /** Lets somebody look at a run that is there. */
  join(id: string, socket: WebSocket): void {
    const followed = this.#use(id);
    followed.viewers.add(socket, this.#stateFrame(id, followed), () => this.#leave(id, followed));
    if (followed.live.problem !== undefined) followed.viewers.tell(frameOf({ type: 'error', message: followed.live.problem }));
  }

  /** @returns undefined when there is no such run. @throws Error saying why there is nothing to show of it. */
  async now(id: string): Promise<RunNow | undefined> {
    if ((await runFolder(this.#out, id)) === undefined) return undefined;
    const followed = this.#use(id);
    try {
      await followed.ready;
      const { model, result, problem } = followed.live;
      if (model && result) return { model, result };
      throw new Error(problem ?? 'the run has not written down yet what it is');
    } finally {
      this.#leave(id, followed);
    }
  }

  /** Resolves when everybody was told the last of the runs that have ended, or that took too long. */
  async settle(): Promise<void> {
    const ended = [...this.#runs.values()].filter(({ viewers }) => viewers.count > 0).map(({ live }) => live.settle());
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, SETTLE_MS);
    });
    await Promise.race([Promise.allSettled(ended), late]);
    clearTimeout(timer);
  }

  /** Lets everybody go. */
  close(): void {
    this.#unfollow();
    for (const followed of this.#runs.values()) {
      clearTimeout(followed.leaving);
      followed.live.close();
      followed.viewers.close();
    }
    this.#runs.clear();
  }

  #use(id: string): Followed {
    const followed = this.#runs.get(id) ?? this.#follow(id);
    clearTimeout(followed.leaving);
    followed.users++;
    return followed;
  }

  #leave(id: string, followed: Followed): void {
    followed.users--;
    if (followed.users > 0) return;
    followed.leaving = setTimeout(() => {
      this.#runs.delete(id);
      followed.live.close();
      followed.viewers.close();
    }, LINGER_MS);
    followed.leaving.unref();
  }

  #follow(id: string): Followed {
    const folder = join(this.#out, id);
    let isReady = (): void => {};
    const ready = new Promise<void>((resolve) => {
      isReady = resolve;
    });
    const viewers = new Viewers(() => this.#modelFrame(id, followed));
    const live = new LiveRun({
      journal: join(folder, JOURNAL),
      modelOf: (result, finished) => modelOfRun(result, folder, { finished, language: this.#language }),
      isUnderWay: () => this.#control.isUnderWay(id),
      onChange: {
        model: () => {
          followed.modelFrame = undefined;
          viewers.model();
          isReady();
        },
        patch: (patch) => {
          followed.modelFrame = undefined;
          if (viewers.count > 0) viewers.batch(frameOf({ type: 'batch', run: this.#state(id, live), patch }));
        },
        state: () => {
          this.#tellState(id, followed);
          isReady();
        },
        error: (message) => {
          viewers.tell(frameOf({ type: 'error', message }));
          isReady();
        },
      },
    });
    const followed: Followed = { live, viewers, ready, isReady, modelFrame: undefined, users: 0, leaving: undefined };
    this.#runs.set(id, followed);
    return followed;
  }

  #modelFrame(id: string, followed: Followed): Frame | undefined {
    const { model } = followed.live;
    if (model === undefined) return undefined;
    followed.modelFrame ??= frameOf({ type: 'model', run: this.#state(id, followed.live), model });
    return followed.modelFrame;
  }

  #tellState(id: string, { viewers, live }: Followed): void {
    if (viewers.count > 0) viewers.tell(frameOf({ type: 'state', run: this.#state(id, live) }));
  }

  #stateFrame(id: string, { live }: Followed): Frame {
    return frameOf({ type: 'state', run: this.#state(id, live) } satisfies ToPage);
  }

  #state(id: string, { stage, adjustment }: LiveRun): RunState {
    const standing = this.#control.standingOf(id);
    return {
      id,
      state: stage !== 'finished' && standing?.stopping ? 'stopping' : stage,
      controllable: stage !== 'finished' && (standing?.controllable ?? false),
      adjustment,
      exitCode: standing?.exitCode ?? null,
      said: standing?.said ?? [],
    };
  }
}
