import { expect, it } from 'vitest';
import { nextOrder, sortRows } from '../../../../src/report/view/parts/sort-rows.js';

it('sorts by numbers and by words, and leaves equal rows in their order', () => {
  const rows = [
    { name: 'b', n: 10 },
    { name: 'a', n: 9 },
    { name: 'c', n: 10 },
  ];
  const names = (sorted: typeof rows): string => sorted.map(({ name }) => name).join('');
  expect(names(sortRows(rows, ({ n }) => n, false))).toBe('abc');
  expect(names(sortRows(rows, ({ n }) => n, true))).toBe('bca');
  expect(names(sortRows(rows, ({ name }) => name, true))).toBe('cba');
  expect(names(rows)).toBe('bac');
});

it('begins with the greatest number or the first word, turns round, and ends with the third press', () => {
  const first = nextOrder(null, 'requests', true);
  expect(first).toEqual({ column: 'requests', isDescending: true });
  const second = nextOrder(first, 'requests', true);
  expect(second).toEqual({ column: 'requests', isDescending: false });
  expect(nextOrder(second, 'requests', true)).toBeNull();
  expect(nextOrder(second, 'task', false)).toEqual({ column: 'task', isDescending: false });
});
