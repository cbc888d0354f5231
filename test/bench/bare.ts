/** The bare loop: the least that a Node program on `ws` does for the same load. No users, no matching, one clock, one histogram. */
import WebSocket from 'ws';
import { runGenerator } from './generator-process.js';
import type { Meter } from './meter.js';
import { locationUpdate, REPLY_TYPE, urlOf, type Workload } from './workload.js';

const CONNECTS_UNDER_WAY = 100;

function start({ port, users, thinkTimeMs: [least, greatest] }: Workload, meter: Meter): () => Promise<void> {
  const sockets: WebSocket[] = [];
  let connecting = 0;
  let stopped = false;

  const openMore = (): void => {
    while (!stopped && connecting < CONNECTS_UNDER_WAY && sockets.length < users) {
      connecting++;
      sockets.push(open(sockets.length));
    }
  };

  const open = (index: number): WebSocket => {
    const socket = new WebSocket(urlOf(port, index), { perMessageDeflate: false });
    let seq = 0;
    let sentAt = 0;
    let isOpen = false;
    const send = (): void => {
      if (stopped || socket.readyState !== WebSocket.OPEN) return;
      sentAt = performance.now();
      socket.send(JSON.stringify(locationUpdate(seq++)));
    };
    const next = greatest === 0 ? send : () => void setTimeout(send, least + Math.random() * (greatest - least));
    const connected = (): void => {
      connecting--;
      openMore();
    };
    socket.on('open', () => {
      isOpen = true;
      send();
      connected();
    });
    socket.on('message', (data) => {
      const receivedAt = performance.now();
      if (JSON.parse(data.toString()).type !== REPLY_TYPE) meter.failed('another type');
      meter.record(Math.max(1, Math.round((receivedAt - sentAt) * 1000)));
      next();
    });
    socket.on('error', (error) => {
      if (!stopped) meter.failed(error.message);
    });
    socket.on('close', () => {
      if (stopped) return;
      if (isOpen) meter.failed('closed');
      else connected();
    });
    return socket;
  };

  openMore();
  return async () => {
    stopped = true;
    for (const socket of sockets) socket.terminate();
  };
}

await runGenerator(start);
