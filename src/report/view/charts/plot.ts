import uPlot from 'uplot';
import type { Chart, ChartData } from './chart.js';
import { heatOptions, lineOptions, type PlotContext } from './options.js';
import { thinColumns } from './thin-columns.js';

const NOTHING: ChartData = { times: [], values: [] };

/** One chart on its canvas. It is made when it is first seen, and drawn anew only while it is seen. */
export class Plot {
  readonly #host: HTMLElement;
  readonly #context: Omit<PlotContext, 'width'>;
  readonly #onData: () => void;
  #chart: Chart;
  #data: ChartData | undefined;
  #u: uPlot | undefined;
  #isVisible = false;
  /** What is to be done when it is seen again. */
  readonly #due = { data: false, range: false, size: false, colours: false };

  /** @param onData Told when the chart shows other data, which are to be told in words, too. */
  constructor(host: HTMLElement, chart: Chart, context: Omit<PlotContext, 'width'>, onData: () => void) {
    this.#host = host;
    this.#chart = chart;
    this.#context = context;
    this.#onData = onData;
  }

  get host(): HTMLElement {
    return this.#host;
  }

  get chart(): Chart {
    return this.#chart;
  }

  /** All that there is, not thinned. Made when first asked for. */
  get data(): ChartData {
    if (this.#data === undefined) this.#data = this.#chart.kind === 'lines' ? this.#chart.data() : NOTHING;
    return this.#data;
  }

  get isVisible(): boolean {
    return this.#isVisible;
  }

  get u(): uPlot | undefined {
    return this.#u;
  }

  setVisible(isVisible: boolean): void {
    this.#isVisible = isVisible;
    if (isVisible) this.#draw();
    // A cursor that nobody sees need not be moved.
    if (this.#u === undefined) return;
    const sync = uPlot.sync(this.#context.syncKey);
    sync.unsub(this.#u);
    if (isVisible) sync.sub(this.#u);
  }

  /** The same chart with other data. */
  setChart(chart: Chart): void {
    this.#chart = chart;
    // What is old is not kept, also where nobody looks.
    this.#data = undefined;
    this.#due.data = true;
    if (this.#isVisible) this.#draw();
  }

  /** What all charts show has changed. */
  changed(what: 'range' | 'size' | 'colours'): void {
    this.#due[what] = true;
    if (this.#isVisible) this.#draw();
  }

  /** Draws it wherever it is, as for printing. */
  drawNow(): void {
    this.#draw();
  }

  showLine(index: number, isShown: boolean): void {
    this.#u?.setSeries(index + 1, { show: isShown });
  }

  destroy(): void {
    this.#u?.destroy();
    this.#u = undefined;
  }

  #draw(): void {
    const due = { ...this.#due };
    Object.assign(this.#due, { data: false, range: false, size: false, colours: false });
    if (this.#u === undefined) {
      this.#create();
      this.#onData();
      return;
    }
    if (due.size) {
      const { width, height } = this.#u;
      const wanted = this.#width();
      if (wanted !== width) this.#u.setSize({ width: wanted, height });
    }
    if (due.data || due.range || due.size) this.#fill(this.#u);
    else if (due.colours) this.#u.redraw(false);
    if (due.data || due.range) this.#onData();
  }

  #width(): number {
    return Math.max(200, Math.floor(this.#host.clientWidth));
  }

  #create(): void {
    const context = { ...this.#context, width: this.#width() };
    const chart = this.#chart;
    const options = chart.kind === 'lines' ? lineOptions(chart, context) : heatOptions(() => this.#heat(), context);
    this.#u = new uPlot(options, this.#drawn(context.width), this.#host);
  }

  #heat(): Extract<Chart, { kind: 'heat' }> {
    if (this.#chart.kind !== 'heat') throw new TypeError('a chart of lines is no heat map');
    return this.#chart;
  }

  #fill(u: uPlot): void {
    const { from, to } = this.#context.range();
    u.batch(() => {
      u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      u.setData(this.#drawn(u.width), false);
      u.setScale('x', { min: from, max: to });
    });
  }

  #drawn(width: number): uPlot.AlignedData {
    const { from, to } = this.#context.range();
    // A heat map is no line: it only needs the time to reach from edge to edge.
    if (this.#chart.kind === 'heat')
      return [
        [from, to],
        [null, null],
      ];
    const { times, values } = thinColumns(this.data, from, to, width);
    return [times, ...values] as unknown as uPlot.AlignedData;
  }
}
