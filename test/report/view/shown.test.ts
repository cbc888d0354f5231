import { expect, it } from 'vitest';
import { shown } from '../../../src/report/view/shown.js';

it('makes control characters visible in texts and names, and leaves the rest as it is', () => {
  const values = [1, null, 3];
  const data = { 'a\u202eb': 'x\u001b[31m', list: ['\u0000', { deep: '\u2066' }], values, n: 4, gone: null, yes: true };
  const made = shown(data);
  expect(made).toEqual({ 'a\\u202eb': 'x\\x1b[31m', list: ['\\x00', { deep: '\\u2066' }], values, n: 4, gone: null, yes: true });
  expect((made as typeof data).values).toBe(values);
});

it('gives the same object for what it has seen before, so that what did not change need not be drawn anew', () => {
  const part = { text: 'a' };
  const [one, other] = [shown({ part, n: 1 }), shown({ part, n: 2 })];
  expect(other.part).toBe(one.part);
  expect(other).not.toBe(one);
});
