import http, { type RequestOptions } from 'node:http';
import https from 'node:https';
import { text as readText } from 'node:stream/consumers';
import type { TlsConfig } from '../config/config.js';
import { agentFor } from './http-agent.js';

export interface HttpOptions {
  /** Sent as it is. */
  body?: string;
  /** Sent as application/x-www-form-urlencoded. */
  form?: Record<string, string>;
  headers?: Record<string, string>;
  /** Milliseconds until the whole exchange, body included, must be over; 5,000 when left out. */
  deadlineMs?: number;
  /** What an https:// URL trusts and shows; left out: the well-known CAs. */
  tls?: TlsConfig;
  signal: AbortSignal;
}

export interface HttpResponse {
  status: number;
  text: string;
  /** What a `Retry-After` asks for; only where there is one that can be read. */
  retryAfterMs?: number;
}

const DEFAULT_DEADLINE_MS = 5_000;

const FORM = 'application/x-www-form-urlencoded;charset=UTF-8';

/**
 * One HTTP exchange. Every status is a response; redirects are not followed.
 * Throws when there is no response. The error names method, origin and path, never user-info, query or what was sent.
 */
export async function request(method: string, url: string, options: HttpOptions): Promise<HttpResponse> {
  return (await perform(method, url, options)).response;
}

/**
 * The clock of the server at `url`, in Unix ms, as its `Date` header says it: in whole seconds, rounded down. Every status counts.
 * Throws like {@link request}, and when there is no such header.
 */
export async function readDate(url: string, options: Pick<HttpOptions, 'signal' | 'deadlineMs' | 'tls'>): Promise<number> {
  const { date } = await perform('HEAD', url, options);
  const time = Date.parse(date ?? '');
  if (Number.isNaN(time)) throw new Error('the response has no Date');
  return time;
}

interface Exchanged {
  response: HttpResponse;
  /** The header of that name. */
  date: string | undefined;
}

async function perform(method: string, url: string, options: HttpOptions): Promise<Exchanged> {
  const { target, authorization, shown } = dissect(url);
  const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
  const deadline = AbortSignal.timeout(deadlineMs);
  const form = options.form && new URLSearchParams(options.form).toString();
  const headers = {
    'user-agent': 'loadwitness',
    ...(form !== undefined && { 'content-type': FORM }),
    ...authorization,
    ...options.headers,
  };
  // Files that cannot be read are told as they are.
  const agent = agentFor(target, options.tls);
  try {
    const signal = AbortSignal.any([deadline, options.signal]);
    return await exchange(target, { method, headers, agent, signal }, form ?? options.body);
  } catch (error) {
    // The original is not passed on as a cause: its message may quote what was sent.
    throw new Error(`${method} ${shown}: ${failure(error, deadline, options.signal, deadlineMs)}`);
  }
}

function exchange(url: URL, options: RequestOptions, body: string | undefined): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    const client = url.protocol === 'https:' ? https : http;
    const sent = client.request(url, options, (response) => {
      const retryAfterMs = readRetryAfter(response.headers['retry-after']);
      const about = { status: response.statusCode ?? 0, ...(retryAfterMs !== undefined && { retryAfterMs }) };
      const { date } = response.headers;
      readText(response).then((text) => resolve({ response: { ...about, text }, date }), reject);
    });
    sent.on('error', (error) => (wasClosing(error, sent) ? resolve(exchange(url, options, body)) : reject(error)));
    sent.end(body);
  });
}

/**
 * Whether a connection that was kept turned out to be one that the server was just closing, as nginx does when it is reloaded. That says
 * nothing of the server, and asking again is safe where asking changes nothing.
 */
function wasClosing(error: NodeJS.ErrnoException, { method, reusedSocket }: http.ClientRequest): boolean {
  return reusedSocket && error.code === 'ECONNRESET' && (method === 'GET' || method === 'HEAD');
}

/** Seconds, or a date. */
function readRetryAfter(header: string | undefined): number | undefined {
  const wait = header === undefined ? Number.NaN : /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

function dissect(url: string): { target: URL; authorization: Record<string, string>; shown: string } {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol)) throw new Error('not an http:// or https:// URL');
  const authorization = basicAuthorization(target);
  // It goes into a header, and must not go anywhere else.
  target.username = '';
  target.password = '';
  return { target, authorization, shown: `${target.origin}${target.pathname}` };
}

function basicAuthorization(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {};
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function failure(error: unknown, deadline: AbortSignal, signal: AbortSignal, deadlineMs: number): string {
  if (signal.aborted) return 'stopped before a response came';
  if (deadline.aborted) return `no response within ${deadlineMs} ms`;
  return networkCode(error) ?? 'the exchange failed';
}

/** `ECONNREFUSED`, `ENOTFOUND`, `ECONNRESET`, …, of the first address that was tried. */
function networkCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return networkCode(error instanceof AggregateError ? error.errors[0] : error.cause);
}
