import type { Check, CheckResult, GeneratorFacts } from '../src/preflight/check.js';

const check: Check = {
  id: 'generator-addresses',
  title: 'The source addresses are those of this machine',
  why: 'Users that are to connect from an address which this machine does not have cannot connect at all.',
  needs: ['load'],
  async run({ config, generator }) {
    return judgeAddresses(await generator(), config.sourceAddresses);
  },
};

export default check;

/** Judges whether sockets can be bound to each of these addresses. */
export function judgeAddresses({ lacks }: Pick<GeneratorFacts, 'lacks'>, addresses: readonly string[]): CheckResult {
  const expected = 'sockets can be bound to each of them';
  const lack = lacks.find(({ what }) => what === 'source addresses');
  if (lack) {
    const remedy = 'give the address to this machine, or take it out of source_addresses (ip -brief address shows those that there are)';
    return { status: 'fail', observed: lack.text, expected, remedy };
  }
  if (addresses.length === 0) return { status: 'pass', observed: 'the system chooses the address', expected };
  return { status: 'pass', observed: `${addresses.length}, from ${addresses[0]} on`, expected };
}
