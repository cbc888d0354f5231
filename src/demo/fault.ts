import { UsageError } from '../errors.js';

/** Which replica it befalls, from 1; left out: all of them. */
interface Scope {
  replica?: number;
}

/** One thing that goes wrong in the demo's target on purpose. Times are counted from the start of the replica. */
export type Fault = Scope &
  (
    | { kind: 'listener-dies' | 'drop-publish' | 'log-publish-failure' | 'unreadable-logs' }
    | { kind: 'slow-route' | 'slow-login'; ms: number }
    | { kind: 'freeze'; ms: number; atSeconds: number }
    | { kind: 'crash'; atSeconds: number }
  );

export type FaultKind = Fault['kind'];

/** How each fault is written on the command line, without the `#N`. */
const FORMS: Record<FaultKind, string> = {
  'listener-dies': 'listener-dies',
  'drop-publish': 'drop-publish',
  'slow-route': 'slow-route=MS',
  'slow-login': 'slow-login=MS',
  freeze: 'freeze=MS@S',
  crash: 'crash@S',
  'log-publish-failure': 'log-publish-failure',
  'unreadable-logs': 'unreadable-logs',
};

/** These would leave nothing to look at if they befell every replica at once. */
const ONE_REPLICA_BY_DEFAULT: ReadonlySet<FaultKind> = new Set<FaultKind>(['listener-dies', 'freeze', 'crash']);

/** The choices, for help texts and messages. */
export const FAULT_CHOICES = `${Object.values(FORMS).join(', ')}; with #N at the end: replica N only`;

/**
 * Reads one fault as it is written on the command line, e.g. `slow-route=3000`, `freeze=5000@20#2`.
 * @throws UsageError that names the choices.
 */
export function parseFault(text: string): Fault {
  const match = /^(?<name>[a-z-]+)(?:=(?<ms>\d{1,7}))?(?:@(?<at>\d{1,5}(?:\.\d{1,3})?))?(?:#(?<replica>[1-9]\d?))?$/.exec(text.trim());
  const { name, ms, at, replica } = match?.groups ?? {};
  const kind = name !== undefined && Object.hasOwn(FORMS, name) ? (name as FaultKind) : undefined;
  const written = kind && `${kind}${ms === undefined ? '' : '=MS'}${at === undefined ? '' : '@S'}`;
  if (kind === undefined || written !== FORMS[kind]) throw new UsageError(`--fault ${text}: no such fault. The choices: ${FAULT_CHOICES}`);
  const only = replica === undefined ? (ONE_REPLICA_BY_DEFAULT.has(kind) ? 1 : undefined) : Number(replica);
  // The form was compared above, so each number that the kind needs is there.
  return { kind, ...values(ms, at), ...(only === undefined ? {} : { replica: only }) } as Fault;
}

/** The text that {@link parseFault} reads as this fault. */
export function formatFault(fault: Fault): string {
  const ms = 'ms' in fault ? `=${fault.ms}` : '';
  const at = 'atSeconds' in fault ? `@${fault.atSeconds}` : '';
  return `${fault.kind}${ms}${at}${fault.replica === undefined ? '' : `#${fault.replica}`}`;
}

/** The faults that befall this replica. */
export function faultsOf(replica: number, faults: readonly Fault[]): Fault[] {
  return faults.filter((fault) => fault.replica === undefined || fault.replica === replica);
}

function values(ms: string | undefined, at: string | undefined): { ms?: number; atSeconds?: number } {
  return { ...(ms === undefined ? {} : { ms: Number(ms) }), ...(at === undefined ? {} : { atSeconds: Number(at) }) };
}
