import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rotation } from '../../src/load/rotation.js';

describe('Rotation', () => {
  it('takes its members in turn', () => {
    const rotation = new Rotation<string>();
    expect(rotation.next()).toBeUndefined();
    for (const member of ['a', 'b', 'c', 'b']) rotation.add(member);
    expect(Array.from({ length: 7 }, () => rotation.next()).join('')).toBe('abcabca');
  });

  it('holds what a set holds, and gives each of it within one round', () => {
    const change = fc.record({ add: fc.boolean(), member: fc.nat(9), turns: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const rotation = new Rotation<number>();
        const set = new Set<number>();
        for (const { add, member, turns } of changes) {
          if (add) rotation.add(member);
          else rotation.delete(member);
          if (add) set.add(member);
          else set.delete(member);
          for (let turn = 0; turn < turns; turn++) rotation.next();
          expect(rotation.size).toBe(set.size);
        }
        const round = Array.from({ length: set.size }, () => rotation.next());
        expect(new Set(round)).toEqual(set);
      }),
    );
  });
});
