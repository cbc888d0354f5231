import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Emit, Stage } from '../journal/event.js';
import { HealthMonitor } from './health.js';
import type { CanaryMailbox } from './mailbox.js';
import { shareOf, stageIndexAt, usersAt } from './pacer.js';
import { createPicker } from './random.js';
import { Recorder } from './recorder.js';
import type { Scenario } from './scenario.js';
import { type UserContext, type UserIdentity, VirtualUser } from './virtual-user.js';

/** What one worker has to do. */
export interface EnginePlan extends Pick<UserContext, 'rhythm' | 'thinkTimeMs' | 'connectTimeoutMs' | 'backoff' | 'tls'> {
  stages: readonly Stage[];
  /** How long users may take to finish and close when the load stops. */
  stopTimeoutMs: number;
  /** This worker's number and how many there are: users are dealt in turn. */
  worker: number;
  workers: number;
  /** Who the nth user of the run is. */
  identityOf(index: number): UserIdentity;
}

/** How often the number of users is brought in line with the plan: often, so that few connect at the same moment. */
const PACE_MS = 10;

/** How many users are told to leave at a time when the load stops: thousands at once would block the loop. */
const LEAVE_AT_ONCE = 100;

/** Wall-clock time in ms that never goes back. */
const wallClock = (): number => performance.timeOrigin + performance.now();

/** Runs the virtual users of one thread through the stages. */
export class Engine {
  readonly #plan: EnginePlan;
  readonly #emit: Emit;
  readonly #recorder: Recorder;
  readonly #context: UserContext;
  readonly #users: VirtualUser[] = [];
  /** Users that were told to stop and have not ended yet. */
  readonly #leaving = new Set<VirtualUser>();
  readonly #health = new HealthMonitor();
  #startedAt = 0;
  /** The second that the recorder is filling. */
  #second = 0;
  #stage = -1;
  #started = 0;
  #planned = 0;
  /** Users on top of the plan. */
  #adjustment = 0;
  #pacing: NodeJS.Timeout | undefined;
  #ticking: NodeJS.Timeout | undefined;
  #finish: () => void = () => {};
  #onAllLeft: () => void = () => {};
  #stopping: Promise<void> | undefined;

  /** @param mailbox Where canaries for the users are waited for; left out: there are none. */
  constructor(plan: EnginePlan, scenario: Scenario, emit: Emit, mailbox?: CanaryMailbox) {
    this.#plan = plan;
    this.#emit = emit;
    this.#recorder = new Recorder(scenario.tasks.map((task) => task.name));
    this.#context = {
      ...plan,
      scenario,
      pickTask: createPicker(scenario.tasks),
      recorder: this.#recorder,
      mailbox,
      now: () => performance.now(),
      onEnded: (user) => this.#onEnded(user),
    };
  }

  /** Runs the plan to its end or until {@link stop}; resolves when every user has closed and everything is emitted. */
  async run(): Promise<void> {
    this.#startedAt = performance.now();
    this.#second = Math.floor(wallClock() / 1000);
    this.#health.start();
    this.#scheduleTick();
    await new Promise<void>((resolve) => {
      this.#finish = resolve;
      this.#pacing = setInterval(() => this.#pace(), PACE_MS);
      this.#pace();
    });
    clearTimeout(this.#ticking);
    this.#tick();
    this.#health.stop();
  }

  /** Puts users on top of the plan, or takes some from it, for the rest of the run. @param users The sum of all adjustments so far. */
  adjust(users: number): void {
    this.#adjustment = users;
  }

  /** Lets users finish their task and close, within the plan's deadline; then ends the rest. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    clearInterval(this.#pacing);
    this.#planned = 0;
    const allLeft = new Promise<void>((resolve) => {
      this.#onAllLeft = resolve;
    });
    const deadline = setTimeout(() => {
      for (const user of [...this.#users, ...this.#leaving]) user.kill();
    }, this.#plan.stopTimeoutMs);
    while (this.#users.length > 0) {
      this.#resize(Math.max(0, this.#users.length - LEAVE_AT_ONCE));
      await sleep(PACE_MS);
    }
    if (this.#leaving.size > 0) await allLeft;
    clearTimeout(deadline);
    this.#finish();
  }

  #onEnded(user: VirtualUser): void {
    // One that gave up by itself keeps its place, so that nobody is started in its stead.
    this.#leaving.delete(user);
    if (this.#leaving.size === 0 && this.#users.length === 0) this.#onAllLeft();
  }

  #pace(): void {
    const elapsed = (performance.now() - this.#startedAt) / 1000;
    const { stages, worker, workers } = this.#plan;
    const users = usersAt(stages, elapsed);
    if (users === undefined) {
      void this.stop();
      return;
    }
    this.#planned = shareOf(Math.max(0, users + this.#adjustment), worker, workers);
    this.#resize(this.#planned);
    if (worker === 0) this.#announceStage(elapsed);
  }

  #announceStage(elapsed: number): void {
    const index = stageIndexAt(this.#plan.stages, elapsed);
    const stage = index === undefined ? undefined : this.#plan.stages[index];
    if (index === undefined || stage === undefined || index === this.#stage) return;
    this.#stage = index;
    this.#emit({ type: 'stage.start', t: wallClock(), index, ...stage });
  }

  #resize(users: number): void {
    const { worker, workers } = this.#plan;
    while (this.#users.length < users) {
      const user = new VirtualUser(this.#plan.identityOf(this.#started++ * workers + worker), this.#context);
      this.#users.push(user);
      user.start();
    }
    while (this.#users.length > users) {
      const user = this.#users.pop() as VirtualUser;
      if (user.ended) continue;
      this.#leaving.add(user);
      user.stop();
    }
  }

  #scheduleTick(): void {
    this.#ticking = setTimeout(
      () => {
        this.#tick();
        this.#scheduleTick();
      },
      (this.#second + 1) * 1000 - wallClock(),
    );
  }

  #tick(): void {
    const t = wallClock();
    const active = [...this.#users, ...this.#leaving].filter((user) => !user.ended);
    this.#emit({
      ...this.#recorder.take({
        worker: this.#plan.worker,
        second: this.#second,
        users: { planned: this.#planned, active: active.length, connected: active.filter((user) => user.connected).length },
        generator: this.#health.take(),
      }),
      t,
    });
    // A timer that fires a hair early or late still opens the second that begins here.
    this.#second = Math.round(t / 1000);
  }
}
