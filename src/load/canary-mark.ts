import type { CanarySecond } from '../journal/event.js';
import type { Message } from './scenario.js';

/** How the canaries of one phase of a run are known. */
export interface CanaryMark {
  run: string;
  phase: CanarySecond['phase'];
  /** Where a received frame holds them: keys with dots between them. */
  at: string;
}

/** Finds the canaries with this mark in frames. */
export class CanaryFinder {
  readonly #mark: CanaryMark;
  readonly #path: readonly string[];
  readonly #firstKey: string;

  constructor(mark: CanaryMark) {
    this.#mark = mark;
    this.#path = mark.at.split('.');
    this.#firstKey = this.#path[0] as string;
  }

  /** The sequence number of the canary in this frame; undefined when there is none of this mark. An ordinary frame costs one look at one key. */
  seqIn(message: Message): number | undefined {
    if (message[this.#firstKey] === undefined) return undefined;
    let value: unknown = message;
    for (const key of this.#path) {
      if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
      value = value[key];
    }
    if (!isObject(value) || value.run !== this.#mark.run || value.phase !== this.#mark.phase) return undefined;
    return Number.isSafeInteger(value.seq) ? (value.seq as number) : undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
