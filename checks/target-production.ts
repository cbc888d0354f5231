import { type Resolve, type Whereabouts, whereaboutsOf } from '../src/clients/whereabouts.js';
import { messageOf } from '../src/errors.js';
import type { Check, CheckResult, Config } from '../src/preflight/check.js';

/** When a production system has the fewest users: from one time of day (`02:00`) to another, on the clocks of a time zone. */
export interface OffPeak {
  from: string;
  to: string;
  /** An IANA name. */
  timeZone: string;
}

const DEFAULT_OFF_PEAK: OffPeak = { from: '02:00', to: '05:00', timeZone: 'Asia/Seoul' };

const EXPECTED = 'a target on this machine or in a private network; a public one only with --yes, at an off-peak time';
const MINUTES_A_DAY = 24 * 60;

/** The check, with a way to look names up. */
export function targetProduction(resolve?: Resolve): Check {
  return {
    id: 'target-production',
    title: 'The target is no production system by mistake',
    why: 'A load that is meant for a test system takes a real one away from the people who need it.',
    needs: ['target'],
    async run({ config, yes, now }) {
      const { hostname } = new URL(config.target);
      let found: Whereabouts;
      try {
        found = await whereaboutsOf(config.target, resolve);
      } catch (error) {
        // That it cannot be reached either is for another check to say.
        return { status: 'skip', observed: `${hostname} has no address, so where it is cannot be told: ${messageOf(error)}` };
      }
      return { expected: EXPECTED, ...judge(found, hostname, { yes, now: now(), config }) };
    },
  };
}

export default targetProduction();

interface Circumstances {
  yes: boolean;
  /** Unix ms. */
  now: number;
  config: Config & { offPeak?: OffPeak };
}

function judge({ place, addresses }: Whereabouts, hostname: string, { yes, now, config }: Circumstances): CheckResult {
  const { offPeak = DEFAULT_OFF_PEAK, stages } = config;
  const others = addresses.filter((address) => !hostname.includes(address));
  const name = others.length === 0 ? hostname : `${hostname} (${others.slice(0, 3).join(', ')})`;
  if (place !== 'public')
    return { status: 'pass', observed: `${name} is ${place === 'loopback' ? 'this machine' : 'in a private network'}` };
  const window = `${offPeak.from}-${offPeak.to} ${offPeak.timeZone}`;
  if (!yes) {
    return {
      status: 'fail',
      observed: `${name} is public: a production system, as far as can be told from here`,
      remedy: `ask those who run it, choose a time between ${window}, and say so: add --yes`,
    };
  }
  const minutes = Math.ceil((stages.at(-1)?.untilSeconds ?? 0) / 60);
  const { local, inside, left, wait } = timeIn(offPeak, now);
  const observed = `${name} is public, which --yes allows; it is ${local} in ${offPeak.timeZone}`;
  if (inside && minutes <= left) return { status: 'pass', observed };
  if (inside) {
    return {
      status: 'warn',
      observed: `${observed}, and the load of ${minutes} min ends after ${offPeak.to}`,
      remedy: `begin earlier, or take fewer stages: the off-peak time is ${window}`,
    };
  }
  return {
    status: 'warn',
    observed: `${observed}, outside the off-peak time ${window}`,
    remedy: `begin in ${inWords(wait)}, at ${offPeak.from}`,
  };
}

/** Where a moment is in the window: minutes until that ends, or until it begins. A window without length is the whole day. */
export function timeIn({ from, to, timeZone }: OffPeak, now: number): { local: string; inside: boolean; left: number; wait: number } {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const local = clock.format(now);
  const since = minutesFrom(from, local);
  const length = minutesFrom(from, to) || MINUTES_A_DAY;
  return { local, inside: since < length, left: Math.max(0, length - since), wait: since < length ? 0 : MINUTES_A_DAY - since };
}

/** Minutes from one time of day until the next time that it is the other. */
function minutesFrom(from: string, to: string): number {
  return (minuteOfDay(to) - minuteOfDay(from) + MINUTES_A_DAY) % MINUTES_A_DAY;
}

function minuteOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) % MINUTES_A_DAY;
}

function inWords(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours > 0 ? `${hours} h` : '', rest > 0 ? `${rest} min` : ''].filter(Boolean).join(' ');
}
