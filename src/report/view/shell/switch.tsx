interface SwitchProps<Value extends string> {
  label: string;
  value: Value;
  choices: readonly (readonly [value: Value, text: string])[];
  choose(value: Value): void;
}

/** One of a few values. */
export function Switch<Value extends string>({ label, value, choices, choose }: SwitchProps<Value>) {
  return (
    <label class="switch">
      <span>{label}</span>
      <select
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = choices.find(([one]) => one === currentTarget.value);
          if (chosen) choose(chosen[0]);
        }}
      >
        {choices.map(([one, text]) => (
          <option key={one} value={one} lang={one === 'ko' || one === 'en' ? one : undefined} selected={one === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
