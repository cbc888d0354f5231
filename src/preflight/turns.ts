import type { Check } from './check.js';

/** Lets checks in so that no two that must be apart run at the same time. Who waits longest goes first. */
export class Turns {
  readonly #busy = new Set<Check>();
  #waiting: { check: Check; enter: () => void }[] = [];

  /** Resolves when it is the check's turn. Every turn that was had must be given back with {@link leave}. */
  async enter(check: Check): Promise<void> {
    await new Promise<void>((enter) => {
      this.#waiting.push({ check, enter });
      this.#admit();
    });
  }

  leave(check: Check): void {
    this.#busy.delete(check);
    this.#admit();
  }

  #admit(): void {
    this.#waiting = this.#waiting.filter(({ check, enter }) => {
      if ([...this.#busy].some((other) => mustBeApart(check, other))) return true;
      this.#busy.add(check);
      enter();
      return false;
    });
  }
}

/** It is enough that one of the two says so. */
const mustBeApart = (a: Check, b: Check): boolean => a.apart?.includes(b.id) === true || b.apart?.includes(a.id) === true;
