import { inspect } from 'node:util';

/**
 * Has `util.inspect` say no more of an object than that it is one. docker-modem inspects all options of every request without a limit of depth,
 * also when nobody reads it: an agent with its sockets, or a signal with its listeners, would keep the event loop busy for a second.
 */
export function opaque<T extends object>(object: T): T {
  return Object.hasOwn(object, inspect.custom) ? object : Object.defineProperty(object, inspect.custom, { value: () => '…' });
}
