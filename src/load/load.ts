import { messageOf } from '../errors.js';
import type { Emit } from '../journal/event.js';
import type { Recipients } from '../recipients.js';
import type { CanaryMark } from './canary-mark.js';
import { greatestUsers, type Layout } from './capacity.js';
import { Crew } from './crew.js';
import type { Identities } from './identities.js';
import type { LoadConfig } from './plan.js';

/** A load under way. */
export interface Load {
  /** Resolves after `load.end` was emitted: `error` when a worker died. */
  readonly ended: Promise<'completed' | 'stopped' | 'error'>;
  /** Lets users finish and close. Safe to call more than once. */
  stop(): void;
  /**
   * Adds users to the plan for the rest of the run, or takes some away; never more than the layout can hold.
   *
   * @returns Users on top of the plan from now on.
   */
  adjust(users: number): number;
  /** Gives users fresh tokens for their next connect: `[position in identities.users, token]`. */
  renew(tokens: readonly (readonly [number, string])[]): void;
  /** Its users, as canaries see them. */
  readonly recipients: Recipients;
}

/** How much longer than planned workers may take before they are taken for hung. */
const GRACE_MS = 60_000;

/** The longest time that a timer can wait for. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs the plan in threads or processes of their own, so that sampling and reporting do not disturb it.
 *
 * @param canaries Those that its users look out for; left out: none can be addressed to them.
 * @throws Error naming the worker that could not start. Nothing was emitted then.
 */
export async function startLoad(
  config: LoadConfig,
  identities: Identities,
  seed: number,
  layout: Layout,
  emit: Emit,
  canaries?: CanaryMark,
): Promise<Load> {
  const { workers } = layout;
  const crew = new Crew(layout, (worker) => ({ config, identities, seed, worker, workers, canaries }), emit);
  // Whoever dies while others get ready is told of below.
  crew.done.catch(() => {});
  await crew.ready.catch(async (error: unknown) => {
    await crew.kill();
    throw error;
  });
  emit({ type: 'load.start', seed });
  crew.tell({ type: 'start' });
  const watchdog = new Watchdog();
  const stopMs = config.stopTimeoutSeconds * 1000;
  watchdog.set((config.stages.at(-1)?.untilSeconds ?? 0) * 1000 + stopMs);
  let stopped = false;
  let adjustment = 0;
  const ended = Promise.race([crew.done, watchdog.overdue]).then(
    () => {
      watchdog.clear();
      const reason = stopped ? 'stopped' : 'completed';
      emit({ type: 'load.end', reason });
      return reason;
    },
    async (error: unknown) => {
      watchdog.clear();
      await crew.kill();
      emit({ type: 'load.end', reason: 'error', message: messageOf(error) });
      return 'error' as const;
    },
  );
  return {
    ended,
    stop() {
      if (stopped) return;
      stopped = true;
      watchdog.set(stopMs);
      crew.tell({ type: 'stop' });
    },
    adjust(users) {
      adjustment = Math.min(adjustment + users, layout.mostUsers - greatestUsers(config.stages));
      emit({ type: 'load.adjust', users: adjustment });
      crew.tell({ type: 'adjust', users: adjustment });
      return adjustment;
    },
    renew: (tokens) => crew.tell({ type: 'tokens', tokens }),
    recipients: crew.recipients,
  };
}

/** Sees to it that a load ends also when a worker hangs, as in a scenario's endless loop. */
class Watchdog {
  #timer: NodeJS.Timeout | undefined;
  #bark: (error: Error) => void = () => {};
  /** Only ever rejects. */
  readonly overdue = new Promise<never>((_, reject) => {
    this.#bark = reject;
  });

  set(ms: number): void {
    this.clear();
    const bark = () => this.#bark(new Error(`the load did not end within ${GRACE_MS / 1000} s of its planned end`));
    this.#timer = setTimeout(bark, Math.min(MAX_TIMER_MS, ms + GRACE_MS));
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
