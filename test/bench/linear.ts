import { type BenchRun, type Figure, show } from './bench-run.js';
import { type Measurement, measure } from './measure.js';
import { median } from './statistics.js';
import { memoryOf } from './think.js';

const MOST_USERS = 16_000;
const SECONDS = 20;

/** A quarter of the users and all of them: does one more cost the same however many there are? */
export async function linear({ program, rounds, seconds = SECONDS, mostUsers, record, say }: BenchRun): Promise<Figure[]> {
  const many = Math.min(MOST_USERS, mostUsers);
  const few = Math.floor(many / 4);
  const seen = { few: [] as Measurement[], many: [] as Measurement[] };
  for (let round = 1; round <= rounds; round++) {
    for (const [users, list] of [[few, seen.few] as const, [many, seen.many] as const]) {
      say(`${users} users, round ${round} of ${rounds}: engine`);
      const measured = await measure(program, 'engine', { users, thinkTimeMs: [3_000, 5_000] }, seconds);
      list.push(measured);
      record({ measurement: 'linear', round, contender: 'engine', users, rssBytesPerUser: memoryOf(measured, users), ...measured });
    }
  }
  const cpu = (measured: Measurement, users: number) => (measured.generatorCpuSeconds / measured.seconds / users) * 1e6;
  const growth = (of: (measured: Measurement, users: number) => number) =>
    median(seen.many.map((measured, round) => of(measured, many) / of(seen.few[round] as Measurement, few)));
  const middle = (list: readonly Measurement[], users: number, of: (measured: Measurement, users: number) => number) =>
    median(list.map((measured) => of(measured, users)));
  const line = (figure: string, of: (measured: Measurement, users: number) => number): Figure => {
    const times = growth(of);
    return { figure: `${figure}, ${many} users ÷ ${few}`, value: show(times, 3), must: '≤ 1.15', holds: times <= 1.15 };
  };
  return [
    { figure: `CPU a user and second, ${few} users`, value: show(middle(seen.few, few, cpu), 1, 'µs') },
    { figure: `CPU a user and second, ${many} users`, value: show(middle(seen.many, many, cpu), 1, 'µs') },
    line('CPU a user', cpu),
    { figure: `RSS a user above idle, ${few} users`, value: show(middle(seen.few, few, memoryOf) / 1024, 1, 'KB') },
    { figure: `RSS a user above idle, ${many} users`, value: show(middle(seen.many, many, memoryOf) / 1024, 1, 'KB') },
    line('RSS a user', memoryOf),
  ];
}
