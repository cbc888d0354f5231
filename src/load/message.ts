import type { Message } from './scenario.js';

/** The frame as a typed message, or undefined when it is not a JSON object with a `type`. */
export function parseMessage(data: Buffer): Message | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data.toString());
  } catch {
    return undefined; // What a target sends is an observation, which the caller counts, and not an error of ours.
  }
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') return undefined;
  return value as Message;
}
