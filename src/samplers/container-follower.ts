import type { ContainerEvent, ContainerFacts, ContainerStats, DockerClient } from '../clients/docker.js';
import { messageOf } from '../errors.js';
import { backoff } from './backoff.js';
import { noteOfEvent } from './container-events.js';
import { containerReadings, shortId } from './container-readings.js';
import type { Note, Reading } from './sampler.js';

/** The Engine sends a message a second: one that is older no longer says how it is now. */
const FRESH_MS = 2_500;

/** A start that was seen by looking, and no event of which has come in so many readings, is told as it was seen. */
const READINGS_TO_WAIT = 2;

/** The Engine's clock and the event's are the same, but are read at a little distance. */
const SAME_START_MS = 2_000;

export interface FollowedContainer {
  /** Of the component. */
  name: string;
  role: 'backend' | 'redis' | 'nginx';
  /** Name or id of its container. Who bears this name is followed. */
  container: string;
}

interface Message {
  stats: ContainerStats;
  /** When it came, by performance.now(). */
  at: number;
}

/** What runs under the name, from one start to its end. */
interface Life {
  facts: ContainerFacts;
  /** The message that the next rates are reckoned from. */
  base?: ContainerStats;
  newest?: Message;
  openedAt: number;
  /** Ends its stream. */
  cut: AbortController;
}

/** After these the name may belong to another container, or the container may have other limits. */
const MAY_BE_ANOTHER = new Set(['start', 'rename', 'destroy', 'update']);

export interface FollowerOptions {
  docker: DockerClient;
  followed: FollowedContainer;
  note(note: Note): void;
}

/** Keeps the newest stats of whatever container bears a name, over restarts, replacement and loss of the Engine. */
export class ContainerFollower {
  readonly #options: FollowerOptions;
  readonly #again = backoff();
  readonly #starts: number[] = [];
  #facts: ContainerFacts | undefined;
  #life: Life | undefined;
  /** Why there are no stats now. */
  #trouble = 'its stats have not been asked for yet';
  #unseenStart: { note: Note; startedAt: number; readingsLeft: number } | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Follows until the signal is aborted. Never rejects. @param onLook called after each look at the container, well or not */
  async follow(signal: AbortSignal, onLook: () => void): Promise<void> {
    while (!signal.aborted) {
      const facts = await this.#look(signal);
      onLook();
      if (facts?.running) await this.#read(facts, signal);
      await this.#again.pause(signal);
    }
  }

  /** Takes an event of any container. */
  heed(event: ContainerEvent): void {
    if (!this.#isMine(event)) return;
    const told = noteOfEvent(event, this.#options.followed.name);
    if (told !== undefined) this.#options.note(told);
    if (event.action === 'start') this.#starts.push(event.time);
    if (event.action === 'pause') this.#trouble = 'it is paused';
    if (event.action === 'unpause' && this.#life !== undefined) this.#trouble = '';
    if (!MAY_BE_ANOTHER.has(event.action) || this.#isOfNow(event)) return;
    this.#life?.cut.abort();
    this.#again.wake();
  }

  /** Readings of the newest message; none, and the reason through `problem`, where there is no fresh one. */
  take(problem: (message: string) => void): Reading[] {
    this.#tellUnseenStart();
    const life = this.#life;
    const newest = life?.newest;
    if (life === undefined || newest === undefined || performance.now() - newest.at > FRESH_MS) {
      const why = this.#whyNot(life);
      if (why !== undefined) problem(`${this.#options.followed.name}: ${why}`);
      return [];
    }
    const { name, role } = this.#options.followed;
    const attributes = { [role === 'backend' ? 'backend' : 'component']: name, container: shortId(life.facts.id) };
    const readings = containerReadings(life.facts, newest.stats, life.base, attributes);
    life.base = newest.stats;
    return readings;
  }

  /** Undefined while a new stream has not yet had the time for its first message. */
  #whyNot(life: Life | undefined): string | undefined {
    if (life === undefined) return this.#trouble;
    const silentFor = performance.now() - (life.newest?.at ?? life.openedAt);
    if (life.newest === undefined && silentFor < FRESH_MS) return undefined;
    return `no message of its stats for ${Math.round(silentFor / 1000)} s${this.#trouble === '' ? '' : `: ${this.#trouble}`}`;
  }

  /** Whether it tells of the very start whose stats are being read. */
  #isOfNow({ action, id, time }: ContainerEvent): boolean {
    const facts = this.#life?.facts;
    return action === 'start' && id === facts?.id && Math.abs(Date.parse(facts.startedAt) - time) < SAME_START_MS;
  }

  #isMine({ id, name }: ContainerEvent): boolean {
    const { container } = this.#options.followed;
    return name === container || id === this.#facts?.id || (container.length >= 12 && id.startsWith(container));
  }

  /** Looks at who bears the name now. Undefined, with the reason in {@link #trouble}, where that cannot be known. */
  async #look(signal: AbortSignal): Promise<ContainerFacts | undefined> {
    try {
      const facts = await this.#options.docker.inspect(this.#options.followed.container, signal);
      this.#compare(this.#facts, facts);
      this.#facts = facts;
      this.#trouble = troubleOf(facts);
      return facts;
    } catch (error) {
      this.#trouble = messageOf(error);
      return undefined;
    }
  }

  /** Tells of another container, and of a start between two looks. */
  #compare(before: ContainerFacts | undefined, now: ContainerFacts): void {
    if (before === undefined) return;
    const { name: component } = this.#options.followed;
    const startedAt = Date.parse(now.startedAt);
    if (before.id !== now.id) {
      const detail = `container ${shortId(before.id)} by ${shortId(now.id)}`;
      this.#options.note({ component, what: 'replaced', detail, ...(now.running && { sourceTime: startedAt }) });
    } else if (now.running && before.startedAt !== now.startedAt) {
      const detail = `container ${shortId(now.id)}, seen afterwards: its event was missed`;
      this.#unseenStart = { note: { component, what: 'start', detail, sourceTime: startedAt }, startedAt, readingsLeft: READINGS_TO_WAIT };
    }
  }

  /** An event of it may still be on its way, so that telling it at once would tell it twice. */
  #tellUnseenStart(): void {
    const unseen = this.#unseenStart;
    if (unseen === undefined) return;
    const seen = this.#starts.some((time) => Math.abs(time - unseen.startedAt) < SAME_START_MS);
    if (!seen && unseen.readingsLeft-- > 0) return;
    if (!seen) this.#options.note(unseen.note);
    this.#unseenStart = undefined;
  }

  /** Reads the stats of one life of the container to their end. Never rejects. */
  async #read(facts: ContainerFacts, signal: AbortSignal): Promise<void> {
    const life: Life = { facts, openedAt: performance.now(), cut: new AbortController() };
    this.#life = life;
    try {
      // By id: a name would lead to another container in the middle of a series.
      for await (const stats of this.#options.docker.stats(facts.id, AbortSignal.any([signal, life.cut.signal]))) {
        this.#again.reset();
        life.newest = { stats, at: performance.now() };
        life.base ??= stats;
      }
      this.#trouble = 'its stats have ended';
    } catch (error) {
      this.#trouble = messageOf(error);
    }
    this.#life = undefined;
  }
}

function troubleOf({ running, status, exitCode }: ContainerFacts): string {
  if (!running) return `its container is not running: ${status}, exit code ${exitCode}`;
  return status === 'paused' ? 'it is paused' : '';
}
