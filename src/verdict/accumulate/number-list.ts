/** Numbers in a piece of the list. */
const PIECE = 1024;

/**
 * A list of numbers that only grows, in pieces: an array of a day's readings that grows on its own leaves twice its size behind as
 * garbage, and a run has hundreds of them.
 */
export class NumberList {
  readonly #pieces: Float64Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const at = this.#length % PIECE;
    if (at === 0) this.#pieces.push(new Float64Array(PIECE));
    (this.#pieces.at(-1) as Float64Array)[at] = value;
    this.#length++;
  }

  /** Undefined where there is nothing. */
  at(index: number): number | undefined {
    return index >= 0 && index < this.#length ? this.#pieces[Math.floor(index / PIECE)]?.[index % PIECE] : undefined;
  }

  /** Puts another in the place of the last one. */
  replaceLast(value: number): void {
    (this.#pieces.at(-1) as Float64Array)[(this.#length - 1) % PIECE] = value;
  }

  /** The first so many, in an array of its own. */
  toArray(length = this.#length): number[] {
    const pieces = this.#pieces.map((piece, index) => Array.from(piece.subarray(0, Math.max(0, length - index * PIECE))));
    return ([] as number[]).concat(...pieces);
  }

  /** A list of its own of the first so many. */
  copy(length: number): NumberList {
    const list = new NumberList();
    for (let index = 0; index < length; index++) list.push(this.at(index) as number);
    return list;
  }
}
