import type uPlot from 'uplot';
import type { ChartGroup } from './chart-list.js';
import { type Mark, marksNear } from './marks.js';
import type { Scenery } from './paint.js';
import { PRINT_PALETTE, paletteOf } from './palette.js';
import { Plot } from './plot.js';
import type { Subject } from './subject.js';
import type { ChartTexts } from './texts.js';
import { TimeView } from './time-view.js';

/** The least time between two drawings of what comes live. */
const LIVE_MS = 1000;

/** Charts this far below what is seen are made already. */
const AHEAD = '300px 0px';

/** How near, in pixels, one has to point to a mark. */
const MARK_PIXELS = 6;

let boards = 0;

/** All charts of a page together: what they share, and when each of them is drawn. */
export class Board {
  readonly view: TimeView;
  readonly #root: HTMLElement;
  readonly #syncKey = `charts-${++boards}`;
  readonly #plots = new Map<Element, Plot>();
  readonly #seen: IntersectionObserver;
  readonly #sized: ResizeObserver;
  readonly #end: (() => void)[] = [];
  readonly #paletteListeners = new Set<() => void>();
  #scenery: Scenery;
  #subject: Subject;
  #charts = new Map<string, ChartGroup['charts'][number]>();
  #drawnAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hovered: Element | null = null;

  constructor(root: HTMLElement, subject: Subject, groups: readonly ChartGroup[], texts: ChartTexts) {
    this.#root = root;
    this.#subject = subject;
    this.view = new TimeView(subject.extent);
    const { spans, marks } = subject;
    this.#scenery = { spans, marks, palette: paletteOf(root), highlighted: null, words: texts.limits };
    this.#take(groups);
    this.#seen = new IntersectionObserver((entries) => this.#onSeen(entries), { rootMargin: AHEAD });
    this.#sized = new ResizeObserver((entries) => {
      requestAnimationFrame(() => {
        for (const { target } of entries) this.#plots.get(target)?.changed('size');
      });
    });
    this.#end.push(this.view.on('range', () => this.#all('range')));
    this.#watchColours();
    this.#watchPrinting();
  }

  get scenery(): Scenery {
    return this.#scenery;
  }

  get subject(): Subject {
    return this.#subject;
  }

  /** There is more of the same, or the same in another language. It is drawn at most once a second. */
  update(subject: Subject, groups: readonly ChartGroup[], texts: ChartTexts): void {
    this.#scenery = { ...this.#scenery, words: texts.limits };
    this.#take(groups);
    if (subject === this.#subject) return;
    this.#subject = subject;
    this.#timer ??= setTimeout(() => this.#apply(), Math.max(0, this.#drawnAt + LIVE_MS - performance.now()));
  }

  /** Puts a chart into its place. It is drawn when somebody comes near. @returns The chart's plot, and what takes it away. */
  add(host: HTMLElement, id: string, onData: () => void): { plot: Plot; remove: () => void } {
    const chart = this.#charts.get(id);
    if (chart === undefined) throw new RangeError(`there is no chart ${id}`);
    const plot = new Plot(
      host,
      chart,
      {
        scenery: () => this.#scenery,
        subject: () => this.#subject,
        range: () => this.view.range,
        syncKey: this.#syncKey,
        onCursor: (u) => this.#onCursor(host, u),
        onSelect: (range) => this.view.zoomTo(range),
        onReset: () => this.view.zoomTo(null),
      },
      onData,
    );
    this.#plots.set(host, plot);
    this.#seen.observe(host);
    this.#sized.observe(host);
    const enter = (): void => {
      this.#hovered = host;
    };
    const leave = (): void => {
      this.#hovered = null;
      this.view.setCursor(null);
    };
    host.addEventListener('mouseenter', enter);
    host.addEventListener('mouseleave', leave);
    const remove = (): void => {
      host.removeEventListener('mouseenter', enter);
      host.removeEventListener('mouseleave', leave);
      this.#seen.unobserve(host);
      this.#sized.unobserve(host);
      this.#plots.delete(host);
      plot.destroy();
    };
    return { plot, remove };
  }

  /** Puts the cursor of all charts that are seen at a time; null takes it away. */
  pointTo(t: number | null): void {
    this.view.setCursor(t);
    for (const plot of this.#plots.values()) {
      if (!plot.isVisible || !plot.u) continue;
      plot.u.setCursor({ left: t === null ? -10 : plot.u.valToPos(t, 'x'), top: t === null ? -10 : 0 }, false);
    }
  }

  isPointedAt(plot: Plot): boolean {
    return plot.host === this.#hovered;
  }

  highlight(mark: Mark | null): void {
    this.#scenery = { ...this.#scenery, highlighted: mark };
    this.#all('colours');
  }

  /** The marks that the cursor is near to. */
  marksAtCursor(): Mark[] {
    const { cursor } = this.view;
    if (cursor === null) return [];
    return marksNear(this.#scenery.marks, cursor, this.secondsOf(MARK_PIXELS));
  }

  /** How much time so many pixels of a chart are. */
  secondsOf(pixels: number): number {
    const { from, to } = this.view.range;
    // All are as wide; no element is asked, which would have to be laid out first.
    const u = [...this.#plots.values()].find((plot) => plot.u !== undefined)?.u;
    const width = u === undefined ? 600 : (u.bbox.width * u.width) / u.ctx.canvas.width;
    return ((to - from) * pixels) / Math.max(1, width);
  }

  /** @returns What ends it. */
  onPalette(listener: () => void): () => void {
    this.#paletteListeners.add(listener);
    return () => this.#paletteListeners.delete(listener);
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#seen.disconnect();
    this.#sized.disconnect();
    for (const end of this.#end) end();
    for (const plot of this.#plots.values()) plot.destroy();
    this.#plots.clear();
  }

  #take(groups: readonly ChartGroup[]): void {
    this.#charts = new Map(groups.flatMap(({ charts }) => charts.map((chart) => [chart.id, chart])));
  }

  #apply(): void {
    this.#timer = undefined;
    this.#drawnAt = performance.now();
    const { spans, marks, extent } = this.#subject;
    this.#scenery = { ...this.#scenery, spans, marks };
    for (const plot of this.#plots.values()) {
      const chart = this.#charts.get(plot.chart.id);
      if (chart) plot.setChart(chart);
    }
    this.view.setExtent(extent);
  }

  #onSeen(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) this.#plots.get(target)?.setVisible(isIntersecting);
  }

  #onCursor(host: Element, u: uPlot): void {
    // The others follow the one that is pointed at, and have nothing to say.
    if (host !== this.#hovered) return;
    const { left = -1 } = u.cursor;
    this.view.setCursor(left < 0 ? null : u.posToVal(left, 'x'));
  }

  #all(what: 'range' | 'colours'): void {
    for (const plot of this.#plots.values()) plot.changed(what);
  }

  #setPalette(palette: Scenery['palette']): void {
    if (palette === this.#scenery.palette) return;
    this.#scenery = { ...this.#scenery, palette };
    this.#all('colours');
    for (const listener of this.#paletteListeners) listener();
  }

  #watchColours(): void {
    const look = (): void => this.#setPalette(paletteOf(this.#root));
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', look);
    const changes = new MutationObserver(look);
    for (const element of [document.documentElement, document.body]) {
      changes.observe(element, { attributes: true, attributeFilter: ['class', 'style', 'data-theme'] });
    }
    this.#end.push(
      () => dark.removeEventListener('change', look),
      () => changes.disconnect(),
    );
  }

  /** Paper is white, and shows all charts. */
  #watchPrinting(): void {
    const before = (): void => {
      this.#setPalette(PRINT_PALETTE);
      for (const plot of this.#plots.values()) plot.drawNow();
    };
    const after = (): void => this.#setPalette(paletteOf(this.#root));
    addEventListener('beforeprint', before);
    addEventListener('afterprint', after);
    this.#end.push(() => {
      removeEventListener('beforeprint', before);
      removeEventListener('afterprint', after);
    });
  }
}
