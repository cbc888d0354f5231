import type { Action, Cause } from '../../../verdict/run-result.js';
import { useTexts } from '../i18n/context.js';
import { Command } from '../parts/command.js';
import { Proofs, TitledList } from '../parts/proofs.js';
import { Status } from '../parts/status.js';

/** One thing that could have made a symptom: how it stands, and what to do about it. */
export function CauseBlock({ cause: { title, standing, for: speaksFor, against, unknown, actions } }: { cause: Cause }) {
  const t = useTexts().findings;
  const isOpen = standing !== 'ruled_out';
  return (
    <details class="cause" open={isOpen}>
      <summary>
        <Status of={standing} /> {title}
      </summary>
      <Proofs title={t.for} of={speaksFor} />
      <Proofs title={t.against} of={against} />
      <TitledList title={t.unknown} items={unknown} />
      {/* What is ruled out needs no doing. */}
      {isOpen && <TitledList title={t.actions} items={actions.map((action) => actionItem(action))} />}
    </details>
  );
}

const actionItem = ({ text, command }: Action) => (
  <>
    {text}
    {command !== null && <Command text={command} />}
  </>
);
