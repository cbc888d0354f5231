/**
 * The page's own script. It is text and not a function because it runs in a browser, not here; plain DOM and uPlot, no build.
 * It reads the JSON of `#data` and draws each chart. All text goes through textContent or uPlot's own text nodes.
 */
export const script = `'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const host = document.getElementById('charts');
  const DASHES = [[], [6, 4], [2, 3]];
  const COLOURS = 8;
  const HEIGHT = 200;
  const utc = (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC');
  const two = (n) => String(n).padStart(2, '0');
  const clock = (seconds) => {
    const t = new Date(seconds * 1000);
    return two(t.getUTCHours()) + ':' + two(t.getUTCMinutes()) + ':' + two(t.getUTCSeconds());
  };
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const withUnit = (unit) => (plot, value, line, index) => (index == null || value === undefined ? '' : value == null ? 'gap' : String(Number(value.toFixed(2))) + (unit && ' ' + unit));

  function drawMarks(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.setLineDash([3, 4]);
    for (const [mark, colour] of [...data.marks.map((t) => [t, '--mark']), ...data.alerts.map((t) => [t, '--bad'])]) {
      ctx.strokeStyle = css(colour);
      if (mark < plot.scales.x.min || mark > plot.scales.x.max) continue;
      const x = Math.round(plot.valToPos(mark, 'x', true));
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }

  function options(chart, width) {
    const axis = { stroke: css('--muted'), grid: { stroke: css('--grid'), width: 1 }, ticks: { stroke: css('--grid'), width: 1 }, font: '11px system-ui, sans-serif' };
    const values = (plot, splits) => splits.map((value) => value.toLocaleString('en-US', { maximumFractionDigits: 2 }));
    let next = 0;
    const series = chart.lines.map((line) => {
      const index = line.bad ? 0 : next++;
      return {
        label: line.label,
        stroke: line.bad ? css('--bad') : css('--line' + (index % COLOURS)),
        dash: DASHES[Math.floor(index / COLOURS) % DASHES.length],
        width: 1.5,
        spanGaps: false,
        value: withUnit(chart.unit),
      };
    });
    return {
      width,
      height: HEIGHT,
      tzDate: utc,
      cursor: { sync: { key: 'time' } },
      scales: { x: { time: true }, y: { range: (plot, min, max) => [Math.min(0, min ?? 0), max > 0 ? max * 1.08 : 1] } },
      axes: [{ ...axis, space: 70, values: (plot, splits) => splits.map(clock) }, { ...axis, size: 58, values }],
      series: [{ label: 'UTC', value: (plot, seconds) => (seconds == null ? '' : clock(seconds)) }, ...series],
      hooks: { drawClear: [drawMarks] },
    };
  }

  // For uPlot null breaks a line, and undefined is a time of other lines at which it goes on.
  const point = (value) => (value === false ? undefined : value);

  let plots = [];
  function draw() {
    for (const { plot } of plots) plot.destroy();
    host.replaceChildren();
    plots = data.charts.map((chart) => {
      const figure = document.createElement('figure');
      const caption = document.createElement('figcaption');
      caption.textContent = chart.title + (chart.unit && ' (' + chart.unit + ')');
      figure.append(caption);
      host.append(figure);
      const plot = new uPlot(options(chart, Math.max(260, inner(figure))), [chart.times, ...chart.lines.map((line) => line.values.map(point))], figure);
      return { figure, plot };
    });
  }
  function inner(figure) {
    const style = getComputedStyle(figure);
    return figure.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  }

  draw();
  addEventListener('resize', () => {
    for (const { figure, plot } of plots) plot.setSize({ width: Math.max(260, inner(figure)), height: HEIGHT });
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
})();
`;
