import type { ComponentChildren } from 'preact';
import type { Proof } from '../../../verdict/run-result.js';

interface ListProps {
  title: string;
  items: readonly ComponentChildren[];
}

/** A list under a small heading; nothing without items. */
export function TitledList({ title, items }: ListProps) {
  if (items.length === 0) return null;
  return (
    <div class="titled">
      <h5>{title}</h5>
      <ul>
        {items.map((item, index) => (
          <li key={index}>{item}</li>
        ))}
      </ul>
    </div>
  );
}

/** Statements with what they were read from. */
export function Proofs({ title, of: proofs }: { title: string; of: readonly Proof[] }) {
  return (
    <TitledList
      title={title}
      items={proofs.map(({ text, source }) => (
        <>
          {text} <span class="source">{source}</span>
        </>
      ))}
    />
  );
}
