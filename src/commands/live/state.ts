import type { JournalEvent, Stage } from '../../journal/event.js';
import { readThresholds, type Thresholds } from '../../verdict/thresholds.js';
import { CanaryFigures } from './canary-figures.js';
import { LoadFigures } from './load-figures.js';
import { Readings } from './readings.js';
import { RecentEvents } from './recent-events.js';
import { tellEvent } from './tell-event.js';

const MOST_BACKENDS = 200;

/** What the view knows of the run's own account. */
interface Run {
  target: string;
  mode: 'load' | 'external' | 'watch';
  stages: readonly Stage[];
  thresholds: Thresholds;
  /** Replicas that the target is meant to have; 0: nobody said. */
  replicas: number;
  sampleIntervalMs: number;
  /** Undefined: none are sent. */
  canaryLimitMs: number | undefined;
}

/** Everything that the live view shows, made of a run's events alone. Its memory does not grow with the run. */
export class LiveState {
  readonly load = new LoadFigures();
  readonly canaries = new CanaryFigures();
  readonly readings = new Readings();
  readonly events = new RecentEvents();
  /** Patterns of log lines that were counted. */
  readonly patterns = new Set<string>();
  /** The name under which the container of Redis or nginx is measured. */
  readonly components = new Map<'redis' | 'nginx', string>();
  run: Run | undefined;
  /** Another load tool's name. */
  tool: string | undefined;
  /** Unix ms. */
  loadStart: number | undefined;
  loadEnd: number | undefined;
  /** Users on top of the plan by hand. */
  adjustment = 0;
  /** The Redis channel whose subscribers were counted last. */
  channel: string | undefined;
  readonly #backends = new Set<string>();

  /** As they are configured, then those that were only seen. */
  get backends(): readonly string[] {
    return [...this.#backends];
  }

  add(event: JournalEvent): void {
    tellEvent(event, this.events);
    switch (event.type) {
      case 'run.start':
        return this.#begin(event);
      case 'load.start':
        this.loadStart = event.t;
        return;
      case 'load.second':
        return this.load.add(event);
      case 'load.adjust':
        this.adjustment = event.users;
        return;
      case 'load.end':
        this.loadEnd = event.t;
        return this.load.end();
      case 'sample':
        return this.#read(event);
      case 'canary.second':
        return this.canaries.add(event);
      case 'external.start':
        this.tool = event.tool;
        return;
      case 'target.identity':
        for (const { name, role, source } of event.components)
          if (role !== 'backend' && source === 'docker') this.components.set(role, name);
        return;
    }
  }

  #begin({
    target,
    mode,
    stages,
    criteria,
    replicas,
    sampleIntervalMs,
    canary,
    backends,
  }: Extract<JournalEvent, { type: 'run.start' }>): void {
    const thresholds = readThresholds(criteria);
    this.run = { target, mode, stages, thresholds, replicas, sampleIntervalMs, canaryLimitMs: canary?.limitMs };
    for (const backend of backends) this.#see(backend);
  }

  #read(event: Extract<JournalEvent, { type: 'sample' }>): void {
    this.readings.add(event, this.run?.sampleIntervalMs ?? 0);
    for (const { name, attributes } of event.samples) {
      if (attributes?.backend !== undefined) this.#see(attributes.backend);
      if (name === 'log.matches' && attributes?.pattern !== undefined && this.patterns.size < MOST_BACKENDS)
        this.patterns.add(attributes.pattern);
      if (name === 'redis.pubsub.subscribers' && attributes?.channel !== undefined) this.channel = attributes.channel;
    }
  }

  #see(backend: string): void {
    if (this.#backends.size < MOST_BACKENDS) this.#backends.add(backend);
  }
}
