import { describe, expect, it } from 'vitest';
import { type Column, grid } from '../../../src/commands/live/grid.js';
import { painter } from '../../../src/report/table.js';

const PLAIN = painter(false);
const COLUMNS: Column[] = [
  { head: 'Task', cells: ['위치_갱신', 'a'] },
  { head: 'p50', group: '10 s:', cells: ['1', '22'], drop: 2 },
  { head: 'p95', group: '10 s:', cells: ['2', '3'], drop: 1 },
  { head: 'n', cells: ['1234', '-'] },
];

describe('a grid', () => {
  it('aligns names to the left and numbers to the right, by the width on the screen', () => {
    expect(grid(COLUMNS, 40, PLAIN)).toEqual([
      'Task       10 s: p50  p95     n',
      '위치_갱신          1    2  1234',
      'a                 22    3     -',
    ]);
  });

  it('leaves out columns where there is no room, and keeps the name of their group', () => {
    expect(grid(COLUMNS, 30, PLAIN)).toEqual(['Task       10 s: p95     n', '위치_갱신          2  1234', 'a                  3     -']);
    expect(grid(COLUMNS, 16, PLAIN)).toEqual(['Task          n', '위치_갱신  1234', 'a             -']);
  });

  it('cuts long names before anything is wider than the screen', () => {
    const long = [
      { head: 'Task', cells: ['a task with quite a name'] },
      { head: 'n', cells: ['12'] },
    ];
    expect(grid(long, 20, PLAIN)).toEqual(['Task               n', 'a task with qui…  12']);
  });

  it('paints cells without counting the codes', () => {
    const [, row] = grid(
      [
        { head: 'Task', cells: ['a'] },
        { head: 'Fails', cells: [{ text: '3', colour: 'red' }] },
      ],
      40,
      painter(true),
    );
    expect(row).toBe('a     \u001b[31m    3\u001b[0m');
  });
});
