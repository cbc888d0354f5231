/** A set whose members are taken in turn. Every step costs the same, however many there are. */
export class Rotation<T> {
  readonly #members: T[] = [];
  readonly #places = new Map<T, number>();
  #next = 0;

  get size(): number {
    return this.#members.length;
  }

  add(member: T): void {
    if (this.#places.has(member)) return;
    this.#places.set(member, this.#members.length);
    this.#members.push(member);
  }

  /** The last member takes the place of one that leaves, so a turn is now and then missed or had twice. */
  delete(member: T): void {
    const place = this.#places.get(member);
    if (place === undefined) return;
    this.#places.delete(member);
    const last = this.#members.pop() as T;
    if (last === member) return;
    this.#members[place] = last;
    this.#places.set(last, place);
  }

  /** Whose turn it is; undefined when there is nobody. */
  next(): T | undefined {
    if (this.#members.length === 0) return undefined;
    if (this.#next >= this.#members.length) this.#next = 0;
    return this.#members[this.#next++];
  }
}
