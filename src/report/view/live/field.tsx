import type { ComponentChildren } from 'preact';

/** One input of a form with its label, what may be typed in it, and what is wrong with what was. */
export interface FieldProps {
  id: string;
  label: string;
  value: string;
  onInput(value: string): void;
  /** What is wrong; undefined when nothing is. */
  error?: string | undefined;
  help?: string | undefined;
  /** Which keys a phone shows. */
  inputMode?: 'url' | 'numeric' | 'decimal' | undefined;
  readOnly?: boolean;
  wide?: boolean;
}

export function TextField({ id, label, value, onInput, error, help, inputMode, readOnly, wide }: FieldProps) {
  return (
    <Labelled id={id} label={label} error={error} help={help} wide={wide}>
      <input
        id={id}
        type="text"
        value={value}
        readOnly={readOnly}
        inputMode={inputMode}
        autoComplete="off"
        autoCapitalize="off"
        spellcheck={false}
        aria-invalid={error === undefined ? undefined : 'true'}
        aria-describedby={describedBy(id, error, help)}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </Labelled>
  );
}

export interface SelectProps extends Pick<FieldProps, 'id' | 'label' | 'value' | 'onInput' | 'error' | 'help'> {
  choices: readonly (readonly [value: string, label: string])[];
}

export function SelectField({ id, label, value, onInput, error, help, choices }: SelectProps) {
  return (
    <Labelled id={id} label={label} error={error} help={help}>
      <select
        id={id}
        value={value}
        aria-invalid={error === undefined ? undefined : 'true'}
        aria-describedby={describedBy(id, error, help)}
        onChange={({ currentTarget }) => onInput(currentTarget.value)}
      >
        {choices.map(([one, text]) => (
          <option key={one} value={one} selected={one === value}>
            {text}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

interface LabelledProps {
  id: string;
  label: string;
  error: string | undefined;
  help: string | undefined;
  wide?: boolean | undefined;
  children: ComponentChildren;
}

function Labelled({ id, label, error, help, wide = false, children }: LabelledProps) {
  return (
    <div class={wide ? 'field wide' : 'field'}>
      <label for={id}>{label}</label>
      {children}
      {help !== undefined && (
        <p id={`${id}-help`} class="field-help">
          {help}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} class="field-error">
          {error}
        </p>
      )}
    </div>
  );
}

const describedBy = (id: string, error: string | undefined, help: string | undefined): string | undefined =>
  [error !== undefined && `${id}-error`, help !== undefined && `${id}-help`].filter(Boolean).join(' ') || undefined;
