import { UsageError } from '../errors.js';

/** Which replica it befalls, from 1; left out: all of them. */
interface Scope {
  replica?: number;
}

/** One thing that goes wrong in the demo's target on purpose. Times are counted from the start of the replica. */
export type Fault = Scope &
  (
    | {
        kind: 'listener-dies' | 'drop-publish' | 'log-publish-failure' | 'unreadable-logs' | 'stale-upstream' | 'one-address' | 'no-worker';
      }
    | { kind: 'slow-route' | 'slow-login'; ms: number }
    | { kind: 'freeze'; ms: number; atSeconds: number }
    | { kind: 'crash' | 'full-redis'; atSeconds: number }
    | { kind: 'login-storm'; amount: number; atSeconds: number }
    | { kind: 'max-connections' | 'worker-connections' | 'short-tokens'; amount: number }
  );

export type FaultKind = Fault['kind'];

/** How each fault is written on the command line, without the `#N`. `=N` and `=S` are whole numbers too. */
const FORMS: Record<FaultKind, string> = {
  'listener-dies': 'listener-dies',
  'drop-publish': 'drop-publish',
  'slow-route': 'slow-route=MS',
  'slow-login': 'slow-login=MS',
  'login-storm': 'login-storm=N@S',
  freeze: 'freeze=MS@S',
  crash: 'crash@S',
  'full-redis': 'full-redis@S',
  'max-connections': 'max-connections=N',
  'short-tokens': 'short-tokens=S',
  'stale-upstream': 'stale-upstream',
  'one-address': 'one-address',
  'worker-connections': 'worker-connections=N',
  'no-worker': 'no-worker',
  'log-publish-failure': 'log-publish-failure',
  'unreadable-logs': 'unreadable-logs',
};

/** These would leave nothing to look at if they befell every replica at once, or need but one replica to be there. */
const ONE_REPLICA_BY_DEFAULT: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'listener-dies',
  'freeze',
  'crash',
  'full-redis',
  'stale-upstream',
]);

/** They befall what all replicas share: nginx, or the tokens. */
const NEVER_ONE_REPLICA: ReadonlySet<FaultKind> = new Set<FaultKind>(['one-address', 'worker-connections', 'short-tokens']);

/** The choices, for help texts and messages. */
export const FAULT_CHOICES = `${Object.values(FORMS).join(', ')}; with #N at the end: replica N only`;

/**
 * Reads one fault as it is written on the command line, e.g. `slow-route=3000`, `freeze=5000@20#2`.
 * @throws UsageError that names the choices.
 */
export function parseFault(text: string): Fault {
  const match = /^(?<name>[a-z-]+)(?:=(?<number>\d{1,7}))?(?:@(?<at>\d{1,5}(?:\.\d{1,3})?))?(?:#(?<replica>[1-9]\d?))?$/.exec(text.trim());
  const { name, number, at, replica } = match?.groups ?? {};
  const kind = name !== undefined && Object.hasOwn(FORMS, name) ? (name as FaultKind) : undefined;
  if (kind === undefined || FORMS[kind].includes('=') !== (number !== undefined) || FORMS[kind].includes('@') !== (at !== undefined)) {
    throw new UsageError(`--fault ${text}: no such fault. The choices: ${FAULT_CHOICES}`);
  }
  if (replica !== undefined && NEVER_ONE_REPLICA.has(kind)) {
    throw new UsageError(`--fault ${text}: ${kind} befalls all replicas or none; leave out #${replica}`);
  }
  const only = replica === undefined ? (ONE_REPLICA_BY_DEFAULT.has(kind) ? 1 : undefined) : Number(replica);
  // The form was compared above, so each number that the kind needs is there.
  return { kind, ...values(kind, number, at), ...(only === undefined ? {} : { replica: only }) } as Fault;
}

/** The text that {@link parseFault} reads as this fault. */
export function formatFault(fault: Fault): string {
  const ms = 'ms' in fault ? `=${fault.ms}` : '';
  const amount = 'amount' in fault ? `=${fault.amount}` : '';
  const at = 'atSeconds' in fault ? `@${fault.atSeconds}` : '';
  return `${fault.kind}${ms}${amount}${at}${fault.replica === undefined ? '' : `#${fault.replica}`}`;
}

/** The faults that befall this replica. */
export function faultsOf(replica: number, faults: readonly Fault[]): Fault[] {
  return faults.filter((fault) => fault.replica === undefined || fault.replica === replica);
}

function values(kind: FaultKind, number: string | undefined, at: string | undefined): { ms?: number; amount?: number; atSeconds?: number } {
  const name = FORMS[kind].includes('=MS') ? 'ms' : 'amount';
  return { ...(number === undefined ? {} : { [name]: Number(number) }), ...(at === undefined ? {} : { atSeconds: Number(at) }) };
}
