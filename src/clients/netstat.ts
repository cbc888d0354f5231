import { isIP } from 'node:net';
import type { LocalSocket } from './proc.js';

const STATES: Record<string, LocalSocket['state']> = { ESTABLISHED: 'established', LISTEN: 'listen' };

/**
 * The sockets that listen or are connected in what `netstat -tan` wrote (net-tools, BusyBox). Addresses are as netstat writes them.
 * Throws when it is something else.
 */
export function parseNetstat(text: string): LocalSocket[] {
  if (!/^Proto\s+Recv-Q\s+Send-Q\s+Local Address/m.test(text)) throw new Error('not a table of netstat');
  return text.split('\n').flatMap((line) => {
    const [protocol = '', , , local = '', , code = ''] = line.trim().split(/\s+/);
    const state = STATES[code];
    const colon = local.lastIndexOf(':');
    if (!/^tcp6?$/.test(protocol) || state === undefined || colon === -1) return [];
    const address = local.slice(0, colon).replace(/^::ffff:(?=\d+\.)/, '');
    const port = Number(local.slice(colon + 1));
    return isIP(address) === 0 || !Number.isInteger(port) ? [] : [{ address, port, state }];
  });
}
