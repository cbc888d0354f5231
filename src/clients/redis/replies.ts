import type { Reply } from './transport.js';

/** One connection that subscribes. What a version of Redis does not tell is left out. */
export interface PubsubClient {
  id: number;
  /** host:port of its other side. */
  addr: string;
  /** What it called itself; empty when it did not. */
  name: string;
  /** Channels and patterns that it listens to. */
  sub?: number;
  psub?: number;
  /** Bytes of its output buffer, of which the limit of Pub/Sub clients speaks. */
  omem?: number;
  /** Bytes of everything that it takes up. */
  totMem?: number;
  /** Bytes of its query buffer. */
  qbuf?: number;
  /** Bytes in the fixed part of its output buffer, and objects in the list that comes after it. */
  obl?: number;
  oll?: number;
  /** Seconds since it connected. */
  age?: number;
  libName?: string;
}

/** One slow command. Of its arguments only the first is kept, its name: the others may be secrets or users' data. */
export interface SlowCommand {
  /** Counts up from 0 at the start of Redis, also across SLOWLOG RESET. */
  id: number;
  /** When it ran: Unix ms, in whole seconds. */
  time: number;
  durationUs: number;
  command: string;
}

/** The lines of a reply to CLIENT LIST. */
export function parseClientList(text: string): PubsubClient[] {
  const lines = text.split('\n').filter((line) => line.startsWith('id='));
  return lines.map((line) => {
    const pairs = line.trimEnd().split(' ');
    const fields = new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
    const number = <K extends string>(key: K, field: string): Partial<Record<K, number>> => {
      const value = fields.get(field);
      return value === undefined ? {} : ({ [key]: Number(value) } as Record<K, number>);
    };
    const libName = fields.get('lib-name') ?? '';
    return {
      id: Number(fields.get('id')),
      addr: fields.get('addr') ?? '',
      name: fields.get('name') ?? '',
      ...number('sub', 'sub'),
      ...number('psub', 'psub'),
      ...number('omem', 'omem'),
      ...number('totMem', 'tot-mem'),
      ...number('qbuf', 'qbuf'),
      ...number('obl', 'obl'),
      ...number('oll', 'oll'),
      ...number('age', 'age'),
      ...(libName !== '' && { libName }),
    };
  });
}

/** The entries of a reply to SLOWLOG GET, newest first. */
export function parseSlowlog(reply: Reply): SlowCommand[] {
  return listOf(reply).map((entry) => {
    const [id, seconds, durationUs, args] = listOf(entry);
    const [command] = listOf(args ?? null);
    return { id: Number(id), time: Number(seconds) * 1000, durationUs: Number(durationUs), command: String(command) };
  });
}

/** Key and value in turn, as CONFIG GET and PUBSUB NUMSUB reply. */
export function parsePairs(reply: Reply): [string, string][] {
  const list = listOf(reply).map(String);
  return list.flatMap((key, at) => (at % 2 === 0 ? [[key, list[at + 1] ?? ''] as [string, string]] : []));
}

/** The elements of a list. Throws where the reply is something else. */
export function listOf(reply: Reply): Reply[] {
  if (!Array.isArray(reply)) throw new Error(`not a list: ${typeof reply}`);
  return reply;
}
