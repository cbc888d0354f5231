import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elapsedText, TICKS, ticksOf, tickTexts, timeTexts } from '../../../../src/report/view/charts/time-axis.js';
import { TimeView } from '../../../../src/report/view/charts/time-view.js';
import { clamp, extentOf, LEAST_SECONDS, lengthOf, panBy, type Range, zoomBy } from '../../../../src/report/view/charts/zoom.js';

const NOON = Date.UTC(2026, 0, 31, 12) / 1000;

describe('the time axis', () => {
  it('has ticks at round times since the load began, whenever that was', () => {
    expect(ticksOf(NOON + 1, NOON + 40, 10, NOON + 3.5)).toEqual([NOON + 3.5, NOON + 13.5, NOON + 23.5, NOON + 33.5]);
    expect(TICKS).toEqual([...TICKS].sort((a, b) => a - b));
  });

  it('tells the time since the load began, and that of the clock', () => {
    expect(tickTexts([NOON - 10, NOON, NOON + 75], { zero: NOON, hasClock: true })).toEqual([
      '−0:10\n11:59:50',
      '0:00\n12:00:00',
      '1:15\n12:01:15',
    ]);
    expect(tickTexts([NOON], { zero: null, hasClock: true })).toEqual(['12:00:00']);
    expect(tickTexts([90], { zero: 0, hasClock: false })).toEqual(['1:30']);
    expect(timeTexts(NOON, { zero: NOON - 3600, hasClock: true })).toEqual(['1:00:00', '2026-01-31 12:00:00 UTC']);
    expect(elapsedText(-0.2)).toBe('0:00');
  });
});

const range = fc
  .tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 5000 }))
  .map(([from, length]): Range => ({ from, to: from + length }));
const ALL: Range = { from: 0, to: 10_000 };

describe('zoom', () => {
  it('stays within what there is, and never becomes shorter than one can see', () => {
    fc.assert(
      fc.property(
        range,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (start, factor, share) => {
          for (const { from, to } of [clamp(start, ALL), zoomBy(start, factor, ALL), panBy(start, share, ALL)]) {
            expect(from).toBeGreaterThanOrEqual(ALL.from);
            expect(to).toBeLessThanOrEqual(ALL.to + 1e-6);
            expect(to - from).toBeGreaterThanOrEqual(LEAST_SECONDS - 1e-6);
          }
        },
      ),
    );
  });

  it('leaves in its place what it zooms to, and does not change its length by moving', () => {
    expect(zoomBy({ from: 100, to: 200 }, 0.5, ALL, 120)).toEqual({ from: 110, to: 160 });
    expect(panBy({ from: 100, to: 200 }, 0.2, ALL)).toEqual({ from: 120, to: 220 });
    expect(lengthOf(panBy({ from: 9900, to: 10_000 }, 3, ALL))).toBe(100);
  });

  it('begins a little before the load, and goes back to the beginning of the run when asked to', () => {
    const { home, all } = extentOf({ runStart: NOON * 1000, loadStart: (NOON + 600) * 1000, lastEvent: (NOON + 700) * 1000 });
    expect(home).toEqual({ from: NOON + 580, to: NOON + 700 });
    expect(all).toEqual({ from: NOON, to: NOON + 700 });
    expect(extentOf({ runStart: NOON * 1000, loadStart: null, lastEvent: NOON * 1000 }).home).toEqual({
      from: NOON,
      to: NOON + LEAST_SECONDS,
    });
  });
});

describe('the view of all charts', () => {
  const extent = (to: number) => ({ home: { from: 0, to }, all: { from: 0, to } });

  it('grows with the run as long as nobody has zoomed', () => {
    const view = new TimeView(extent(100));
    let told = 0;
    view.on('range', () => told++);
    view.setExtent(extent(101));
    expect([view.range.to, told]).toEqual([101, 1]);
    view.zoomTo({ from: 20, to: 40 });
    view.setExtent(extent(102));
    expect([view.range, told]).toEqual([{ from: 20, to: 40 }, 2]);
    view.zoomTo(null);
    expect([view.range.to, view.isZoomed, told]).toEqual([102, false, 3]);
  });

  it('zooms around the cursor, and tells of it only when it is elsewhere', () => {
    const view = new TimeView(extent(100));
    let told = 0;
    const end = view.on('cursor', () => told++);
    view.setCursor(20);
    view.setCursor(20);
    view.zoomBy(0.5);
    expect([view.range, told]).toEqual([{ from: 10, to: 60 }, 1]);
    end();
    view.setCursor(null);
    expect(told).toBe(1);
  });
});
