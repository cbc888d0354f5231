import type { Redactor } from '../bundle/redact.js';
import type { Io } from './io.js';

/** The same ways out, on which nothing is said that the redactor knows to be secret. What goes to stdout is made of a journal that has no secret in it. */
export function cleanIo(io: Io, { redact }: Pick<Redactor, 'redact'>): Io {
  return {
    ...io,
    say: (line) => io.say(redact(line)),
    progress: (line) => io.progress(redact(line)),
    block: (block) => io.block(typeof block === 'function' ? (size) => block(size).map(redact) : block.map(redact)),
  };
}

/** An error on its way to the screen, without secrets in what it says. */
export function cleanError<E>(error: E, { redact }: Pick<Redactor, 'redact'>): E {
  if (!(error instanceof Error)) return error;
  const message = redact(error.message);
  if (message === error.message) return error;
  const { stack } = error;
  error.message = message;
  if (stack !== undefined) error.stack = redact(stack);
  return error;
}
