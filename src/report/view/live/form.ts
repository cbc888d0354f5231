import type { FormDefaults, NewRun } from '../../../dashboard/protocol.js';
import { type Checked, type Rules, rateOf, sentence, stagesOf, targetOf, timeOf, usersOf } from './plan-text.js';

/** How the load is told: as the configuration of the server has it, or in one of three ways. */
export type PlanKind = 'configured' | 'users' | 'stages' | 'preset';

/** What is typed and chosen in the form, as it stands there. */
export interface FormValues {
  target: string;
  plan: PlanKind;
  users: string;
  spawnRate: string;
  duration: string;
  stages: string;
  preset: 'full' | 'small';
  identity: string;
  preflight: boolean;
}

/** What something can be wrong with. */
export type Field = Exclude<keyof FormValues, 'plan' | 'preflight'>;

/** Beside each field what is wrong with it. */
export type FieldErrors = Partial<Record<Field, string>>;

const FIELDS: readonly Field[] = ['target', 'users', 'spawnRate', 'duration', 'stages', 'preset', 'identity'];

/** The form before anybody has typed anything. */
export function emptyForm({ target, stages, identity }: FormDefaults): FormValues {
  return {
    ...{ target, plan: stages === '' ? 'users' : 'configured', users: '20', spawnRate: '5', duration: '5m' },
    ...{ stages, preset: 'small', identity, preflight: true },
  };
}

/** What is to be started, or what is wrong. */
export type CheckedForm = { ok: true; run: NewRun } | { ok: false; errors: FieldErrors };

/** What can be seen without asking the server. What is as the server has it is left out. */
export function checkForm(values: FormValues, defaults: FormDefaults, rules: Rules): CheckedForm {
  const errors: FieldErrors = {};
  const read = <T>(field: Field, checked: Checked<T>): T | undefined => {
    if (checked.ok) return checked.value;
    errors[field] = sentence(rules, checked.wrong);
    return undefined;
  };
  const run: NewRun = { preflight: values.preflight };
  if (defaults.otherTargets && values.target !== defaults.target) run.target = read('target', targetOf(values.target.trim()));
  if (values.identity !== defaults.identity) run.identity = values.identity;
  if (values.plan === 'users') {
    run.users = read('users', usersOf(values.users));
    run.spawnRate = read('spawnRate', rateOf(values.spawnRate));
    run.duration = read('duration', timeOf(values.duration));
  } else if (values.plan === 'stages') run.stages = read('stages', stagesOf(values.stages));
  else if (values.plan === 'preset') run.preset = values.preset;
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, run };
}

/** What the server found wrong, beside its fields; what belongs to none is `rest`. */
export function serverErrors(issues: Readonly<Record<string, string>>): { errors: FieldErrors; rest: string[] } {
  const errors: FieldErrors = {};
  const rest: string[] = [];
  for (const [name, message] of Object.entries(issues)) {
    const field = FIELDS.find((one) => one === name);
    if (field) errors[field] = message;
    else rest.push(`${name}: ${message}`);
  }
  return { errors, rest };
}

/** The first field with an error, in the order in which they stand. */
export const firstWrong = (errors: FieldErrors): Field | undefined => FIELDS.find((field) => errors[field] !== undefined);
