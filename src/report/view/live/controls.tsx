import { useEffect, useId, useState } from 'preact/hooks';
import type { Command, RunState } from '../../../dashboard/protocol.js';
import { ApiError } from './api.js';
import { ConfirmDialog } from './dialog.js';
import { TextField } from './field.js';
import { type Rules, rateOf, sentence, usersOf } from './plan-text.js';
import { useLive } from './texts.js';

interface ControlsProps {
  run: RunState;
  /** Users that the load should have now; null while there are none. */
  planned: number | null;
  /** @throws ApiError */
  command(command: Command): Promise<void>;
}

interface Typed {
  users: string;
  spawnRate: string;
}

/** The users, their rate and the stop of a run that takes it from here. */
export function Controls({ run, planned, command }: ControlsProps) {
  const t = useLive();
  const id = useId();
  // Until somebody types, the field says how many there are.
  const [users, setUsers] = useState<string | null>(null);
  const [spawnRate, setSpawnRate] = useState('5');
  const [errors, setErrors] = useState<Partial<Typed>>({});
  const [told, setTold] = useState('');
  const [problem, setProblem] = useState('');
  const [isAsking, setAsking] = useState(false);
  const [goal, setGoal] = useState<number | null>(null);
  const shown = users ?? String(planned ?? 0);
  const type = (text: string): void => {
    setUsers(text);
    setGoal(null);
  };
  // What was asked for is there: from now on the field follows the run again, whoever changes it.
  useEffect(() => {
    if (goal === null || planned !== goal) return;
    setUsers(null);
    setGoal(null);
  }, [goal, planned]);

  const send = async (what: Command, done: string): Promise<boolean> => {
    setProblem('');
    setTold('');
    try {
      await command(what);
      setTold(done);
      return true;
    } catch (error) {
      const { message, issues } = error instanceof ApiError ? error : new ApiError(t.unknownError);
      setErrors(issues);
      if (Object.keys(issues).length === 0) setProblem(message);
      return false;
    }
  };
  const apply = async (event: Event): Promise<void> => {
    event.preventDefault();
    const checked = checkTyped({ users: shown, spawnRate }, { ...t.rules, users: t.controls.usersRule });
    setErrors('errors' in checked ? checked.errors : {});
    if ('errors' in checked) return;
    if (await send({ type: 'users', ...checked }, t.controls.applied(String(checked.users)))) setGoal(checked.users);
  };
  const stop = (): void => {
    setAsking(false);
    void send({ type: 'stop' }, '');
  };
  // What was said of the last change is not true for ever.
  useEffect(() => {
    if (told === '') return;
    const timer = setTimeout(() => setTold(''), 8000);
    return () => clearTimeout(timer);
  }, [told]);

  const isRunning = run.state === 'running';
  return (
    <section class="card controls" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t.controls.title}</h2>
      <form onSubmit={apply} noValidate class="fields">
        {isRunning && (
          <>
            <TextField id={`${id}-users`} label={t.controls.users} value={shown} onInput={type} error={errors.users} inputMode="numeric" />
            <TextField
              id={`${id}-rate`}
              label={t.controls.spawnRate}
              value={spawnRate}
              onInput={setSpawnRate}
              error={errors.spawnRate}
              inputMode="decimal"
            />
          </>
        )}
        <div class={isRunning ? 'buttons beside' : 'buttons'}>
          {isRunning && (
            <button type="submit" class="button primary">
              {t.controls.apply}
            </button>
          )}
          <button type="button" class="button danger" disabled={run.state === 'stopping'} onClick={() => setAsking(true)}>
            {run.state === 'stopping' ? t.controls.stopping : t.controls.stop}
          </button>
        </div>
      </form>
      <p class="told" role="status">
        {told}
      </p>
      <div class="alert" role="alert">
        {problem !== '' && <p>{problem}</p>}
      </div>
      {isAsking && (
        <ConfirmDialog
          title={t.stopDialog.title}
          confirm={t.stopDialog.confirm}
          cancel={t.stopDialog.cancel}
          onConfirm={stop}
          onCancel={() => setAsking(false)}
        >
          <p>{t.stopDialog.text}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

/** What the two fields say. No users at all is a number, too: the run goes on without them. */
function checkTyped(typed: Typed, rules: Rules): { users: number; spawnRate: number } | { errors: Partial<Typed> } {
  const users = usersOf(typed.users, 0);
  const spawnRate = rateOf(typed.spawnRate);
  if (users.ok && spawnRate.ok) return { users: users.value, spawnRate: spawnRate.value };
  return {
    errors: {
      ...(!users.ok && { users: sentence(rules, users.wrong) }),
      ...(!spawnRate.ok && { spawnRate: sentence(rules, spawnRate.wrong) }),
    },
  };
}
