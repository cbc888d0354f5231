import { clamp, type Extent, panBy, type Range, zoomBy } from './zoom.js';

/** What changed: what part of the time is shown, or where the cursor is. */
export type ViewChange = 'range' | 'cursor';

/** The time that all charts show, and the time at which all are read. */
export class TimeView {
  readonly #listeners = new Map<ViewChange, Set<() => void>>([
    ['range', new Set()],
    ['cursor', new Set()],
  ]);
  #extent: Extent;
  #zoomed: Range | null = null;
  #cursor: number | null = null;

  constructor(extent: Extent) {
    this.#extent = extent;
  }

  get range(): Range {
    return this.#zoomed ?? this.#extent.home;
  }

  get isZoomed(): boolean {
    return this.#zoomed !== null;
  }

  /** Unix seconds; null where nobody points. */
  get cursor(): number | null {
    return this.#cursor;
  }

  /** What there is has become more. Who looks at a part of it goes on looking at that. */
  setExtent(extent: Extent): void {
    const { home } = this.#extent;
    const isSame = home.from === extent.home.from && home.to === extent.home.to;
    this.#extent = extent;
    if (!isSame && this.#zoomed === null) this.#tell('range');
  }

  zoomTo(range: Range | null): void {
    this.#zoomed = range === null ? null : clamp(range, this.#extent.all);
    this.#tell('range');
  }

  /** @param at What stays where it is; left out: the cursor, if it is there. */
  zoomBy(factor: number, at = this.#cursor ?? undefined): void {
    this.zoomTo(zoomBy(this.range, factor, this.#extent.all, at));
  }

  panBy(share: number): void {
    this.zoomTo(panBy(this.range, share, this.#extent.all));
  }

  setCursor(t: number | null): void {
    if (t === this.#cursor) return;
    this.#cursor = t;
    this.#tell('cursor');
  }

  /** @returns What ends it. */
  on(change: ViewChange, listener: () => void): () => void {
    this.#listeners.get(change)?.add(listener);
    return () => this.#listeners.get(change)?.delete(listener);
  }

  #tell(change: ViewChange): void {
    for (const listener of this.#listeners.get(change) ?? []) listener();
  }
}
