/** One look at a clock: what it said, between which moments of ours it was asked. All in Unix ms. */
export interface ClockLook {
  asked: number;
  answered: number;
  said: number;
  /** It shows this many ms as one: it said the last whole one. */
  resolution: number;
}

/** How far another clock is ahead of ours, give or take the uncertainty, in ms. */
export interface ClockOffset {
  source: string;
  offsetMs: number;
  uncertaintyMs: number;
  /** What the clock said, in Unix ms. */
  sourceTime: number;
}

/** What one step of a clock is, in ms. */
export const ClockResolution = {
  /** TIME says microseconds. */
  redis: 0.001,
  /** An HTTP date is of a whole second, rounded down, and a server may give the same text for one more (uvicorn renews it once a second). */
  http: 2_000,
} as const;

/**
 * The offset that is in accord with all looks: at the moment when it was asked for, which is one between the question and the answer, the
 * clock showed something from what it said less than one step more. Where they contradict one another (a clock was set, or several servers
 * answer), the one that is narrowest alone holds. @throws RangeError without a look
 */
export function clockOffset(source: string, looks: readonly ClockLook[]): ClockOffset {
  const ranges = looks.map(({ asked, answered, said, resolution }) => ({ said, least: said - answered, most: said + resolution - asked }));
  const [first] = ranges;
  if (first === undefined) throw new RangeError('no look at the clock');
  const narrowest = ranges.reduce((a, b) => (b.most - b.least < a.most - a.least ? b : a), first);
  const common = { least: Math.max(...ranges.map(({ least }) => least)), most: Math.min(...ranges.map(({ most }) => most)) };
  const { least, most } = common.least <= common.most ? common : narrowest;
  return { source, offsetMs: (least + most) / 2, uncertaintyMs: (most - least) / 2, sourceTime: narrowest.said };
}

/** Asks a clock once. */
export async function lookAtClock(read: () => Promise<number>, resolution: number): Promise<ClockLook> {
  const asked = now();
  const said = await read();
  return { asked, answered: now(), said, resolution };
}

/** Our clock as the journal has it: in fractions of ms, and never going back. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
