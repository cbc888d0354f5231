import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cliLine, parseOutput, splitOutput } from '../../../src/clients/redis/cli-output.js';
import { RedisReplyError } from '../../../src/clients/redis/errors.js';

const parse = (text: string, command: string[] = ['ANY']) => parseOutput(command, text, 'here');

describe('parseOutput', () => {
  it.each<[string, unknown]>([
    ['PONG', 'PONG'],
    ['(integer) -3', -3],
    ['(nil)', null],
    ['(empty array)', []],
    ['(empty list or set)', []],
    ['"a\\"b\\\\c\\n\\xec\\x95\\x88"', 'a"b\\c\n안'],
    ['1) "a"\n2) (integer) 2\n3) (nil)', ['a', 2, null]],
    ['PONG\n(1.02s)', 'PONG'],
    ['', undefined],
  ])('reads %j', (text, reply) => {
    expect(parse(text)).toEqual(reply);
  });

  it('reads lists in lists, ten entries long', () => {
    const entry = (n: number, indent: string) => [
      `1) (integer) ${n}`,
      ...['2) (integer) 1700000000', '3) (integer) 15', '4) 1) "config"', '   2) "1) get"', '5) "127.0.0.1:1"', '6) ""'].map(
        (line) => indent + line,
      ),
    ];
    const lines = Array.from({ length: 11 }, (_, at) => {
      const [first, ...rest] = entry(at, '    ');
      return [`${String(at + 1).padStart(2)}) ${first}`, ...rest].join('\n');
    });
    const list = parse(lines.join('\n')) as unknown[];
    expect(list).toHaveLength(11);
    expect(list[10]).toEqual([10, 1_700_000_000, 15, ['config', '1) get'], '127.0.0.1:1', '']);
  });

  it('reads an error, also where it stands in the place of a text that is printed as it is', () => {
    const refused = parse('(error) NOPERM this user has no permissions ');
    expect(refused).toBeInstanceOf(RedisReplyError);
    expect(String(refused)).toContain('here: NOPERM this user has no permissions');
    expect(parse('NOPERM no', ['INFO', 'all'])).toBeInstanceOf(RedisReplyError);
    expect(parse('NOAUTH Authentication required.', ['CLIENT', 'LIST', 'TYPE', 'pubsub'])).toBeInstanceOf(RedisReplyError);
    expect(parse('', ['CLIENT', 'LIST'])).toBe('');
    expect(parse('# Server\r\nredis_version:5.0.14\r\n(0.61s)', ['INFO', 'server'])).toContain('redis_version:5.0.14');
  });
});

describe('splitOutput', () => {
  it('gives what was printed before each mark, and nothing of what was cut off', () => {
    const mark = 'Invalid argument(s)\n';
    expect(splitOutput(`PONG\n${mark}${mark}1) "a"\n2) "b"\n${mark}half of`)).toEqual(['PONG', '', '1) "a"\n2) "b"']);
  });
});

describe('cliLine', () => {
  it('is one line of printable ASCII, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (command) => {
        expect(cliLine(command)).toMatch(/^("[ -~]*" ?)+$/);
      }),
    );
  });
});
