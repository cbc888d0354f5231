import type { Message } from './scenario.js';

/** The bytes from `start` to `end` as a message, or undefined when they are not a JSON object. */
export function parseMessage(bytes: Buffer, start: number, end: number): Message | undefined {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8', start, end));
  } catch {
    return undefined; // What a target sends is an observation, which the caller counts, and not an error of ours.
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Message) : undefined;
}

/** The type under which frames are counted that have none. */
export const UNTYPED = '(untyped)';

/** The name under which a frame is counted unless the scenario has one of its own. */
export function typeOf(message: Message): string | undefined {
  return typeof message.type === 'string' ? message.type : undefined;
}
