import type { Check, CheckResult, GeneratorFacts } from '../src/preflight/check.js';

const check: Check = {
  id: 'generator-ports',
  title: 'This machine has enough ports to connect from',
  why: 'Each socket to one address takes a port of its source address: when they are used up, connects fail here and not at the target.',
  needs: ['load'],
  async run({ generator }) {
    return judgePorts(await generator());
  },
};

export default check;

/** Judges ports × source addresses against the users. */
export function judgePorts({ users, portsPerAddress, sourceAddresses, lacks }: GeneratorFacts): CheckResult {
  const expected = `a port for each of ${users} users`;
  const remedy =
    'more addresses to connect from: ip address add 192.0.2.10/24 dev eth0, and --source-addresses; or more ports of each: ' +
    "sysctl -w net.ipv4.ip_local_port_range='1024 65535'";
  if (portsPerAddress === undefined) {
    return { status: 'error', observed: 'this system does not say how many ports it connects from', expected };
  }
  const lack = lacks.find(({ what }) => what === 'ports');
  if (lack) return { status: 'fail', observed: lack.text, expected, remedy };
  const all = portsPerAddress * sourceAddresses;
  return {
    status: 'pass',
    observed: `${all} ports: ${portsPerAddress} of ${sourceAddresses === 1 ? 'one source address' : `each of ${sourceAddresses} source addresses`}`,
    expected,
  };
}
