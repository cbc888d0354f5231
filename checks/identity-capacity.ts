import type { Check, CheckResult, SecondSocket } from '../src/preflight/check.js';

const check: Check = {
  id: 'identity-capacity',
  title: 'The identities can hold the users',
  why: 'A second socket of one account on one replica closes the first: five accounts hold 15 sockets on three replicas, however many users the plan has.',
  needs: ['target', 'load'],
  after: ['task-round-trips'],
  deadlineMs: 60_000,
  async run({ config, signal, secondSocket }) {
    const { identity, accounts, replicas } = config;
    const users = Math.max(0, ...config.stages.map((stage) => stage.users));
    const expected = `${users} users at a time, none of whom closes another's socket`;
    if (identity !== 'accounts') return { status: 'pass', observed: `${identity}: each of ${users} users has an id of its own`, expected };
    if (users <= accounts.length) {
      return { status: 'pass', observed: `${accounts.length} accounts for ${users} users: each has one of its own`, expected };
    }
    return { expected, ...judgeCapacity({ users, accounts: accounts.length, replicas }, await secondSocket(signal)) };
  },
};

export default check;

/** Judges accounts that users have to share. */
export function judgeCapacity(
  { users, accounts, replicas }: { users: number; accounts: number; replicas: number },
  { outcome, detail }: SecondSocket,
): CheckResult {
  const most = accounts * replicas;
  const held = `${accounts} accounts on ${replicas} replicas hold ${most} sockets at most, and the plan has ${users} users`;
  const remedy = `have as many identities as users: --identity guests, registered or minted; or --users ${most}, spread evenly over the replicas`;
  if (outcome === 'both') {
    const seen = `two sockets of one account both stayed open (${detail})`;
    if (replicas <= 1) return { status: 'pass', observed: `${seen}: accounts are no limit` };
    if (users <= most) return { status: 'pass', observed: `${seen}; ${held}` };
    return { status: 'warn', observed: `${seen}, which may be because they reached two replicas; where they do not, ${held}`, remedy };
  }
  const seen = `${outcome === 'evicts' ? 'a second socket of one account closes the first' : 'a second socket of one account is refused'} (${detail})`;
  return users <= most ? { status: 'pass', observed: `${seen}; ${held}` } : { status: 'fail', observed: `${seen}: ${held}`, remedy };
}
