import type { ComponentRow } from '../../../verdict/run-result.js';
import { useTexts } from '../i18n/context.js';
import { Section } from '../parts/section.js';
import { Status } from '../parts/status.js';
import { type Column, Table } from '../parts/table.js';
import type { SectionProps } from './props.js';

/** What the target was before and after the load. */
export function Components({ model: { result } }: SectionProps) {
  const { sections, notes, components: t } = useTexts();
  const columns: Column<ComponentRow>[] = [
    { id: 'status', title: t.status, cell: ({ status }) => <Status of={status} /> },
    { id: 'name', title: t.name, isHead: true, cell: ({ name }) => name },
    { id: 'role', title: t.role, cell: ({ role, source }) => `${role} (${source})` },
    { id: 'start', title: t.start, cell: ({ start }) => <State state={start} /> },
    { id: 'end', title: t.end, cell: ({ end }) => <State state={end} /> },
    { id: 'change', title: t.change, cell: ({ change }) => change },
  ];
  return (
    <Section id="components" title={sections.components} note={notes.components}>
      <Table
        label={sections.components}
        columns={columns}
        rows={result.components}
        keyOf={({ name, role, source }) => `${source} ${role} ${name}`}
        isStacked
      />
    </Section>
  );
}

function State({ state }: { state: ComponentRow['start'] }) {
  const t = useTexts().components;
  if (state === null) return <span class="muted">{t.notRead}</span>;
  const { id, image, startedAt, restartCount, health } = state;
  const facts = [
    ...(startedAt === undefined ? [] : [`${t.started} ${startedAt}`]),
    ...(restartCount === undefined ? [] : [`${t.restarts} ${restartCount}`]),
    ...(health === undefined ? [] : [health]),
  ];
  return (
    <>
      <code title={id}>{short(id)}</code>
      {image !== undefined && (
        <div>
          {t.image} <code title={image}>{short(image)}</code>
        </div>
      )}
      {facts.map((fact) => (
        <div key={fact}>{fact}</div>
      ))}
    </>
  );
}

/** Twelve digits of a digest, as Docker shows it. */
const short = (id: string): string => id.replace(/^((?:sha256:)?[0-9a-f]{12})[0-9a-f]+$/, '$1');
