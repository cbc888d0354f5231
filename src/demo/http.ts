import type { IncomingMessage, ServerResponse } from 'node:http';

const MAX_BODY_BYTES = 64 * 1024;

/** What an HTTP request is answered with, as JSON. */
export interface Reply {
  status: number;
  body: object;
}

/** A failed request, in the shape of FastAPI's errors. */
export function failed(status: number, detail: string): Reply {
  return { status, body: { detail } };
}

/** The request's body, or undefined when it is longer than any that the target knows. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

export function sendReply(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
