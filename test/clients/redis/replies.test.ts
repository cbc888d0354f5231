import { describe, expect, it } from 'vitest';
import { clientOver } from '../../../src/clients/redis/client.js';
import { parseInfoSections } from '../../../src/clients/redis/info.js';
import { parseClientList, parseSlowlog } from '../../../src/clients/redis/replies.js';
import type { Command, Reply } from '../../../src/clients/redis/transport.js';

describe('parseClientList', () => {
  it('reads the lines of Redis 5, which know less', () => {
    const line =
      'id=7 addr=10.0.0.4:51234 fd=9 name= age=12 idle=1 flags=P db=0 sub=1 psub=0 multi=-1 qbuf=0 qbuf-free=0 obl=0 oll=3 omem=61536';
    expect(parseClientList(`${line} events=r cmd=subscribe\n`)).toEqual([
      { id: 7, addr: '10.0.0.4:51234', name: '', age: 12, sub: 1, psub: 0, qbuf: 0, obl: 0, oll: 3, omem: 61_536 },
    ]);
  });

  it('reads what Redis 7.2 adds', () => {
    const text = 'id=3 addr=[::1]:5 laddr=[::1]:6379 name=a=b sub=1 psub=0 ssub=0 omem=0 tot-mem=22400 lib-name=redis-py lib-ver=5.0.1\n';
    expect(parseClientList(text)).toEqual([
      { id: 3, addr: '[::1]:5', name: 'a=b', sub: 1, psub: 0, omem: 0, totMem: 22_400, libName: 'redis-py' },
    ]);
  });
});

describe('parseSlowlog', () => {
  it('reads entries with and without what came with Redis 4', () => {
    const reply = [
      [9, 1_700_000_000, 12_345, ['SET', 'session', 'secret'], '127.0.0.1:1', 'name'],
      [8, 1_700_000_000, 1, ['EVAL', 'x']],
    ];
    expect(parseSlowlog(reply)).toEqual([
      { id: 9, time: 1_700_000_000_000, durationUs: 12_345, command: 'SET' },
      { id: 8, time: 1_700_000_000_000, durationUs: 1, command: 'EVAL' },
    ]);
  });
});

describe('parseInfoSections', () => {
  it('keeps sections apart', () => {
    expect(parseInfoSections('# Server\r\na:1\r\n\r\n# Keyspace\r\ndb0:keys=1,expires=0\r\n')).toEqual({
      Server: { a: '1' },
      Keyspace: { db0: 'keys=1,expires=0' },
    });
  });
});

describe('clientOver', () => {
  it('asks for one section and one setting at a time, as Redis before 7 wants it', async () => {
    const sent: Command[] = [];
    const client = clientOver({
      async send(commands): Promise<Reply[]> {
        sent.push(...commands);
        return commands.map(([name, , setting]) => (name === 'INFO' ? '# X\r\na:1\r\n' : setting === 'save' ? ['save', ''] : []));
      },
      roundTrip: async () => 0.001,
      close: async () => undefined,
    });
    expect(await client.info(['server', 'clients'])).toEqual({ a: '1' });
    expect(await client.configGet('save', 'io-threads')).toEqual({ save: '' });
    expect(sent).toEqual([
      ['INFO', 'server'],
      ['INFO', 'clients'],
      ['CONFIG', 'GET', 'save'],
      ['CONFIG', 'GET', 'io-threads'],
    ]);
  });
});
