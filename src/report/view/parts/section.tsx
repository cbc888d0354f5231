import type { ComponentChildren } from 'preact';

interface SectionProps {
  id: string;
  title: string;
  /** What the heading does not say. */
  note?: string | undefined;
  children: ComponentChildren;
}

/** A part of the page, with its heading. */
export function Section({ id, title, note, children }: SectionProps) {
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {note !== undefined && <p class="muted note">{note}</p>}
      {children}
    </section>
  );
}
