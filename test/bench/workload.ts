import type { Rhythm } from '../../src/load/virtual-user.js';

/** What a generator of the benchmark is to do. It goes by JSON, as the only argument of its process. */
export interface Workload {
  port: number;
  users: number;
  /** Least and greatest think time; zeros for a closed loop. */
  thinkTimeMs: [number, number];
  rhythm: Rhythm;
  /** Users to start a second. The bare loop opens as fast as it can, with 100 connects under way. */
  spawnRate: number;
  /** A generator that nobody stops ends by itself after so long. */
  maxSeconds: number;
}

/** Where every user connects. */
export const urlOf = (port: number, index: number): string => `ws://127.0.0.1:${port}/api/v1/ws/${index}?token=x`;

/** The message that every generator sends, before it is turned into JSON. */
export function locationUpdate(seq: number) {
  return { type: 'location_update', latitude: 30.04442 + seq * 1e-6, longitude: 31.235712, speed: 42.5, seq, timestamp: Date.now() };
}

/** The type of its reply. */
export const REPLY_TYPE = 'navigation_update';
