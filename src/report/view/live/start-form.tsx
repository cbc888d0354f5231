import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { FormDefaults } from '../../../dashboard/protocol.js';
import { ApiError, api } from './api.js';
import { SelectField, TextField } from './field.js';
import { checkForm, emptyForm, type FieldErrors, type FormValues, firstWrong, type PlanKind, serverErrors } from './form.js';
import { useLive } from './texts.js';

interface StartFormProps {
  defaults: FormDefaults;
  onStarted(id: string): void;
}

interface Complaint {
  errors: FieldErrors;
  /** What belongs to no field; empty when everything does. */
  message: string;
}

const FINE: Complaint = { errors: {}, message: '' };

/** Asks what to start, and starts it. */
export function StartForm({ defaults, onStarted }: StartFormProps) {
  const t = useLive();
  const [values, setValues] = useState<FormValues>(() => emptyForm(defaults));
  const [complaint, setComplaint] = useState(FINE);
  const [isBusy, setBusy] = useState(false);
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const set = (part: Partial<FormValues>): void => setValues((old) => ({ ...old, ...part }));
  const { errors } = complaint;

  // Whoever cannot see where it is red is led there.
  useLayoutEffect(() => {
    const wrong = firstWrong(errors);
    if (wrong !== undefined) form.current?.querySelector<HTMLElement>(`#${CSS.escape(`${id}-${wrong}`)}`)?.focus();
  }, [errors, id]);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const checked = checkForm(values, defaults, t.rules);
    if (!checked.ok) return setComplaint({ errors: checked.errors, message: '' });
    setComplaint(FINE);
    setBusy(true);
    try {
      onStarted((await api.start(checked.run)).id);
    } catch (error) {
      const { message, issues } = error instanceof ApiError ? error : new ApiError(t.unknownError);
      const { errors, rest } = serverErrors(issues);
      const isTold = Object.keys(errors).length > 0 && rest.length === 0;
      setComplaint({ errors, message: isTold ? '' : rest.join('\n') || message });
      setBusy(false);
    }
  };

  const wrong = Object.keys(errors).length;
  const field = (name: keyof FieldErrors) => ({ id: `${id}-${name}`, error: errors[name], label: t.form[name] });
  return (
    <form ref={form} class="card start-form" onSubmit={submit} noValidate aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t.form.title}</h2>
      <div class="fields">
        <TextField
          {...field('target')}
          value={values.target}
          onInput={(target) => set({ target })}
          readOnly={!defaults.otherTargets}
          help={defaults.otherTargets ? undefined : defaults.target === '' ? t.form.noTarget : t.form.targetFixed}
          inputMode="url"
          wide
        />
        <SelectField
          {...field('identity')}
          value={values.identity}
          onInput={(identity) => set({ identity })}
          choices={defaults.identities.map((one) => [one, one] as const)}
        />
      </div>
      <Plan values={values} set={set} field={field} defaults={defaults} name={`${id}-plan`} />
      <label class="tick">
        <input type="checkbox" checked={values.preflight} onChange={({ currentTarget }) => set({ preflight: currentTarget.checked })} />
        <span>{t.form.preflight}</span>
      </label>
      {!values.preflight && <p class="notice">{t.form.preflightOff}</p>}
      <div class="alert" role="alert">
        {wrong > 0 && <p>{t.form.wrong(wrong)}</p>}
        {complaint.message !== '' && (
          <p>
            <strong>{t.form.failed}.</strong> <span class="pre">{complaint.message}</span>
          </p>
        )}
      </div>
      <button type="submit" class="button primary" disabled={isBusy}>
        {isBusy ? t.form.starting : t.form.submit}
      </button>
    </form>
  );
}

interface PlanProps {
  values: FormValues;
  set(part: Partial<FormValues>): void;
  field(name: keyof FieldErrors): { id: string; error: string | undefined; label: string };
  defaults: FormDefaults;
  name: string;
}

const PLANS: readonly PlanKind[] = ['configured', 'users', 'stages', 'preset'];

function Plan({ values, set, field, defaults, name }: PlanProps) {
  const t = useLive();
  const { plan } = values;
  return (
    <fieldset class="plan">
      <legend>{t.form.plan}</legend>
      <div class="choices">
        {PLANS.filter((kind) => kind !== 'configured' || defaults.stages !== '').map((kind) => (
          <label key={kind} class="tick">
            <input type="radio" name={name} checked={plan === kind} onChange={() => set({ plan: kind })} />
            <span>{t.form.plans[kind]}</span>
          </label>
        ))}
      </div>
      {plan === 'configured' && <code class="configured">{defaults.stages}</code>}
      {plan === 'users' && (
        <div class="fields">
          <TextField {...field('users')} value={values.users} onInput={(users) => set({ users })} inputMode="numeric" />
          <TextField {...field('spawnRate')} value={values.spawnRate} onInput={(spawnRate) => set({ spawnRate })} inputMode="decimal" />
          <TextField {...field('duration')} value={values.duration} onInput={(duration) => set({ duration })} help={t.form.durationHelp} />
        </div>
      )}
      {plan === 'stages' && (
        <div class="fields">
          <TextField {...field('stages')} value={values.stages} onInput={(stages) => set({ stages })} help={t.form.stagesHelp} wide />
        </div>
      )}
      {plan === 'preset' && (
        <div class="fields">
          <SelectField
            {...field('preset')}
            value={values.preset}
            onInput={(preset) => set({ preset: preset === 'full' ? 'full' : 'small' })}
            choices={[
              ['full', t.form.presets.full],
              ['small', t.form.presets.small],
            ]}
          />
        </div>
      )}
    </fieldset>
  );
}
