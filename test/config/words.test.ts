import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWords } from '../../src/config/words.js';

describe('splitWords', () => {
  it.each<[string, string[]]>([
    ['journalctl -f -u fastapi', ['journalctl', '-f', '-u', 'fastapi']],
    ['  tail   -F\t"/var/log/my app.log" ', ['tail', '-F', '/var/log/my app.log']],
    [`ssh host 'journalctl -u "a b"'`, ['ssh', 'host', 'journalctl -u "a b"']],
    [`say it\\'s "a \\"b\\" \\n c"`, ['say', "it's", 'a "b" \\n c']],
    [`--match='a b'c`, ['--match=a bc']],
    [`a '' b`, ['a', '', 'b']],
    ['', []],
  ])('splits %j', (text, words) => {
    expect(splitWords(text)).toEqual({ ok: true, words });
  });

  it.each([
    ["tail 'a b", "has a ' that is never closed"],
    ['tail "a', 'has a " that is never closed'],
    ['tail a\\', 'ends with a \\'],
  ])('refuses %j', (text, message) => {
    expect(splitWords(text)).toEqual({ ok: false, message });
  });

  it('gives back any words that are quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
        const text = words.map((word) => `'${word.replaceAll("'", `'"'"'`)}'`).join(' ');
        expect(splitWords(text)).toEqual({ ok: true, words });
      }),
    );
  });
});
