import type { Fault } from './fault.js';
import type { Log } from './log.js';

const LISTENER_DIES_AFTER_MS = 3000;
const PUBLISH_FAILURE_EVERY_MS = 1500;
const WASTE_EVERY_MS = 10;
/** What bcrypt takes for one password, as it was measured on the target. */
const BCRYPT_MS = 250;

/** Faults that are there all the time, as the parts they befall want to know them. */
export interface Conditions {
  /** Milliseconds on top of what a route takes. */
  slowRouteMs: number;
  /** Milliseconds for which each login blocks the event loop, as bcrypt does. */
  slowLoginMs: number;
  dropPublish: boolean;
  /** Whether tokens cannot be renewed. */
  noRefresh: boolean;
  /** Whether each message leaves a job for a worker that is not there. */
  noWorker: boolean;
}

/** What the faults that happen at a time work on. */
export interface Parts {
  killListener(): void;
  /** Somebody logs in. */
  logIn(): void;
  /** Writes a key that nobody reads. */
  waste(): void;
  log: Log;
}

export function conditionsOf(faults: readonly Fault[]): Conditions {
  const conditions: Conditions = { slowRouteMs: 0, slowLoginMs: 0, dropPublish: false, noRefresh: false, noWorker: false };
  for (const fault of faults) {
    if (fault.kind === 'slow-route') conditions.slowRouteMs += fault.ms;
    if (fault.kind === 'slow-login') conditions.slowLoginMs += fault.ms;
    if (fault.kind === 'drop-publish') conditions.dropPublish = true;
    if (fault.kind === 'short-tokens') conditions.noRefresh = true;
    if (fault.kind === 'no-worker') conditions.noWorker = true;
  }
  // A storm of logins that cost nothing would be none.
  if (conditions.slowLoginMs === 0 && faults.some(({ kind }) => kind === 'login-storm')) conditions.slowLoginMs = BCRYPT_MS;
  return conditions;
}

/** Sets off the faults that happen at a time. To be called when the replica is up. */
export function setOff(faults: readonly Fault[], parts: Parts): void {
  for (const fault of faults) {
    if (fault.kind === 'listener-dies') setTimeout(parts.killListener, LISTENER_DIES_AFTER_MS);
    if (fault.kind === 'freeze') setTimeout(() => block(fault.ms), fault.atSeconds * 1000);
    if (fault.kind === 'crash') setTimeout(() => process.exit(1), fault.atSeconds * 1000);
    if (fault.kind === 'login-storm' && fault.amount > 0) repeatFrom(fault.atSeconds, 1000 / fault.amount, parts.logIn);
    if (fault.kind === 'full-redis') repeatFrom(fault.atSeconds, WASTE_EVERY_MS, parts.waste);
    if (fault.kind === 'log-publish-failure') {
      setInterval(() => parts.log('ERROR', '메시지 발행 실패: Error 32 while writing to socket. Broken pipe.'), PUBLISH_FAILURE_EVERY_MS);
    }
  }
}

function repeatFrom(seconds: number, everyMs: number, what: () => void): void {
  setTimeout(() => setInterval(what, everyMs), seconds * 1000);
}

/** Holds up the whole event loop, without the CPU that a busy loop would take from the other replicas. */
export function block(ms: number): void {
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
