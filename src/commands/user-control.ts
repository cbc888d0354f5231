import type { Stage } from '../journal/event.js';
import { usersAt } from '../load/pacer.js';

/** How often users are brought nearer to what was asked for. */
const STEP_MS = 1000;

/** The part of a load that users are added to. */
export interface Adjustable {
  adjust(users: number): number;
}

/**
 * The number of users of a load under way, in the hands of people: keys add some to the plan, and a page says how many there shall be. Once a page
 * has, the plan's own changes are made up for, so that there are as many until somebody says otherwise.
 */
export class UserControl implements Adjustable {
  readonly #load: Adjustable;
  readonly #stages: readonly Stage[];
  readonly #onLimit: (users: number) => void;
  readonly #now: () => number;
  readonly #begin: number;
  #adjustment = 0;
  /** Users altogether that were asked for, and how many of them there should be by now, in part. */
  #goal: { users: number; spawnRate: number; at: number; reached: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * To be made when the load begins.
   *
   * @param onLimit Told how many users there can be when more were asked for.
   * @param now Seconds of a clock that never goes back.
   */
  constructor(
    load: Adjustable,
    stages: readonly Stage[],
    onLimit: (users: number) => void = () => {},
    now: () => number = () => performance.now() / 1000,
  ) {
    this.#load = load;
    this.#stages = stages;
    this.#onLimit = onLimit;
    this.#now = now;
    this.#begin = now();
  }

  /** Adds users, or takes some away: to the plan or, where a page has said how many there shall be, to that. @returns users against the plan. */
  adjust(users: number): number {
    if (this.#goal) {
      this.#goal.users = Math.max(0, this.#goal.users + users);
      this.#goal.reached = Math.max(0, this.#goal.reached + users);
    }
    return this.#adjust(users);
  }

  /** So many users altogether from now on, climbing or falling at so many a second. */
  set(users: number, spawnRate: number): void {
    const planned = this.#planned();
    if (planned === undefined) return;
    this.#goal = { users, spawnRate, at: this.#now(), reached: planned + this.#adjustment };
    this.#timer ??= setInterval(() => this.step(), STEP_MS);
    this.step(STEP_MS / 1000);
  }

  /** Brings the users nearer to what was asked for. @param seconds Left out: those since the last step. */
  step(seconds = this.#goal ? this.#now() - this.#goal.at : 0): void {
    const planned = this.#planned();
    if (this.#goal === undefined || planned === undefined) return this.stop();
    const { users, spawnRate, reached } = this.#goal;
    const step = seconds * spawnRate;
    this.#goal.at = this.#now();
    this.#goal.reached = reached < users ? Math.min(users, reached + step) : Math.max(users, reached - step);
    const change = Math.floor(this.#goal.reached + 1e-9) - (planned + this.#adjustment);
    if (change === 0) return;
    const before = this.#adjustment;
    if (this.#adjust(change) - before >= change) return;
    // There is no room for more, and to ask again each second would only fill the journal.
    const most = planned + this.#adjustment;
    this.#goal = { ...this.#goal, users: most, reached: most };
    this.#onLimit(most);
  }

  /** Lets the users be. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#goal = undefined;
  }

  #adjust(users: number): number {
    this.#adjustment = this.#load.adjust(users);
    return this.#adjustment;
  }

  /** Users by the plan now; undefined once it is over. */
  #planned(): number | undefined {
    return usersAt(this.#stages, this.#now() - this.#begin);
  }
}
