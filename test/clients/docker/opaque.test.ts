import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { opaque } from '../../../src/clients/docker/opaque.js';

describe('opaque', () => {
  it('shows nothing of what is within, however deep one looks, and leaves the object as it is', () => {
    const object = { secret: { within: 'a secret' } };
    expect(opaque(opaque(object))).toBe(object);
    expect(inspect({ object }, { showHidden: true, depth: null })).toBe('{ object: … }');
    expect(Object.keys(object)).toEqual(['secret']);
  });
});
