import type { Fault } from './fault.js';
import type { Log } from './log.js';

const LISTENER_DIES_AFTER_MS = 3000;
const PUBLISH_FAILURE_EVERY_MS = 1500;

/** Faults that are there all the time, as the parts they befall want to know them. */
export interface Conditions {
  /** Milliseconds on top of what a route takes. */
  slowRouteMs: number;
  /** Milliseconds for which each login blocks the event loop, as bcrypt does. */
  slowLoginMs: number;
  dropPublish: boolean;
}

export function conditionsOf(faults: readonly Fault[]): Conditions {
  const conditions: Conditions = { slowRouteMs: 0, slowLoginMs: 0, dropPublish: false };
  for (const fault of faults) {
    if (fault.kind === 'slow-route') conditions.slowRouteMs += fault.ms;
    if (fault.kind === 'slow-login') conditions.slowLoginMs += fault.ms;
    if (fault.kind === 'drop-publish') conditions.dropPublish = true;
  }
  return conditions;
}

/** Sets off the faults that happen at a time. To be called when the replica is up. */
export function setOff(faults: readonly Fault[], parts: { killListener: () => void; log: Log }): void {
  for (const fault of faults) {
    if (fault.kind === 'listener-dies') setTimeout(parts.killListener, LISTENER_DIES_AFTER_MS);
    if (fault.kind === 'freeze') setTimeout(() => block(fault.ms), fault.atSeconds * 1000);
    if (fault.kind === 'crash') setTimeout(() => process.exit(1), fault.atSeconds * 1000);
    if (fault.kind === 'log-publish-failure') {
      setInterval(() => parts.log('ERROR', '메시지 발행 실패: Error 32 while writing to socket. Broken pipe.'), PUBLISH_FAILURE_EVERY_MS);
    }
  }
}

/** Holds up the whole event loop, without the CPU that a busy loop would take from the other replicas. */
export function block(ms: number): void {
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
