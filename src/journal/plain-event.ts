import type { JournalEvent } from './event.js';

/**
 * Whether a value, as JSON.parse gave it, is plainly one of the events of which a journal has hundreds of thousands: then it is what the
 * schema would make of it, and need not be taken apart and built anew. False says nothing: the schema decides, and names what is wrong.
 *
 * A value that is accepted here and not by the schema would be a hole; test/journal/plain-event.test.ts looks for one.
 */
export function isPlainEvent(value: unknown): value is JournalEvent {
  if (!isObject(value) || !Number.isFinite(value.t)) return false;
  if (value.type === 'load.second') return isLoadSecond(value);
  if (value.type === 'sample') return isSampleEvent(value);
  return value.type === 'canary.second' && isCanarySecond(value);
}

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Also what the schema asks of an `int`: numbers beyond are not told apart. */
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isNumberFrom0 = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0;

/** Whether there is nothing beside the fields that were checked: checking each of them proves that they are there. */
function hasOnly(value: Fields, fields: number): boolean {
  let own = 0;
  for (const _ in value) own++;
  return own === fields;
}

/** The schema leaves out a label that would be an object's prototype. */
const PROTOTYPE = '__proto__';

function isRecord(value: unknown, isOne: (one: unknown) => boolean): boolean {
  if (!isObject(value)) return false;
  for (const label in value) if (label === PROTOTYPE || !isOne(value[label])) return false;
  return true;
}

const isCounts = (value: unknown): boolean => isRecord(value, isCount);
const isText = (value: unknown): boolean => typeof value === 'string';

function isCountList(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  for (let i = 0; i < value.length; i++) if (!isCount(value[i])) return false;
  return true;
}

function isTaskSecond(value: unknown): boolean {
  return (
    isObject(value) &&
    isCount(value.requests) &&
    isCounts(value.failures) &&
    isCounts(value.replies) &&
    isCount(value.late) &&
    isCount(value.bytes) &&
    isCount(value.sum) &&
    isCount(value.min) &&
    isCount(value.max) &&
    isCountList(value.latency) &&
    isCountList(value.intended) &&
    hasOnly(value, 10)
  );
}

function isLoadSecond(value: Fields): boolean {
  const { users, generator } = value;
  return (
    isCount(value.worker) &&
    isCount(value.second) &&
    isObject(users) &&
    isCount(users.planned) &&
    isCount(users.active) &&
    isCount(users.connected) &&
    hasOnly(users, 3) &&
    isRecord(value.tasks, isTaskSecond) &&
    isRecord(value.timings, isCountList) &&
    isCounts(value.pushes) &&
    isCounts(value.closes) &&
    isCounts(value.drops) &&
    isCount(value.unsent) &&
    isCounts(value.exceptions) &&
    isObject(generator) &&
    isNumberFrom0(generator.loopDelayMs) &&
    isNumberFrom0(generator.utilization) &&
    isNumberFrom0(generator.gcMs) &&
    isNumberFrom0(generator.lagMs) &&
    hasOnly(generator, 4) &&
    hasOnly(value, 13)
  );
}

function isSample(value: unknown): boolean {
  if (!isObject(value) || typeof value.name !== 'string' || !Number.isFinite(value.value)) return false;
  return value.attributes === undefined ? hasOnly(value, 2) : isRecord(value.attributes, isText) && hasOnly(value, 3);
}

function isSampleEvent(value: Fields): boolean {
  const { intervalMs, samples } = value;
  if (typeof value.sampler !== 'string' || !Array.isArray(samples) || !samples.every(isSample)) return false;
  if (intervalMs === undefined) return hasOnly(value, 4);
  return isNumberFrom0(intervalMs) && intervalMs !== 0 && hasOnly(value, 5);
}

function isCanarySecond(value: Fields): boolean {
  let optional = 0;
  for (const field of ['overdue', 'subscribers']) {
    if (value[field] === undefined) continue;
    if (!isCount(value[field])) return false;
    optional++;
  }
  return (
    isCount(value.second) &&
    (value.phase === 'before' || value.phase === 'load' || value.phase === 'after') &&
    isCount(value.published) &&
    isCount(value.unaddressed) &&
    isCounts(value.failures) &&
    isCount(value.received) &&
    isCount(value.late) &&
    isCount(value.lost) &&
    isCounts(value.lostBy) &&
    isCount(value.withdrawn) &&
    isCount(value.duplicates) &&
    isCount(value.reordered) &&
    isCountList(value.latency) &&
    hasOnly(value, 15 + optional)
  );
}
