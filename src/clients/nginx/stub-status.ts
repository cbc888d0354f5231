import { request } from '../http.js';

/** The page of ngx_http_stub_status_module. The first three counters only grow; the others are connections now. */
export interface StubStatus {
  accepted: number;
  handled: number;
  requests: number;
  active: number;
  reading: number;
  writing: number;
  waiting: number;
}

const STUB_STATUS =
  /^Active connections: (\d+)\s+server accepts handled requests\s+(\d+) (\d+) (\d+)\s+Reading: (\d+) Writing: (\d+) Waiting: (\d+)\s*$/;

/** Reads a stub_status page; throws when there is no response in time, or something else at the URL. */
export async function readStubStatus(url: string, signal: AbortSignal): Promise<StubStatus> {
  const { status, text } = await request('GET', url, { signal, deadlineMs: 2_000 });
  if (status !== 200) throw new Error(`the stub_status page answered HTTP ${status}`);
  const match = STUB_STATUS.exec(text);
  if (match === null) throw new Error('the page is not one of stub_status');
  const [active = 0, accepted = 0, handled = 0, requests = 0, reading = 0, writing = 0, waiting = 0] = match.slice(1).map(Number);
  return { accepted, handled, requests, active, reading, writing, waiting };
}
