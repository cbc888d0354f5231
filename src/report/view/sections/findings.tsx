import type { Finding } from '../../../verdict/run-result.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Proofs, TitledList } from '../parts/proofs.js';
import { Section } from '../parts/section.js';
import { CauseBlock } from './cause.js';
import type { SectionProps } from './props.js';

/** What went wrong, and why. */
export function Findings({ model }: SectionProps) {
  const texts = useTexts();
  return (
    <Section id="findings" title={texts.sections.findings}>
      {model.result.findings.map((finding) => (
        <FindingCard key={finding.rule} finding={finding} />
      ))}
    </Section>
  );
}

function FindingCard({ finding: { title, symptom, from, to, evidence, causes, watch } }: { finding: Finding }) {
  const t = useTexts().findings;
  const figures = useFigures();
  return (
    <article class="card finding">
      <h3>{title}</h3>
      <p>{symptom}</p>
      {from !== null && to !== null && <p class="muted">{t.span(figures.time(from), figures.time(to))}</p>}
      <Proofs title={t.seen} of={evidence} />
      {causes.length > 0 && <h4>{t.causes}</h4>}
      {causes.map((cause) => (
        <CauseBlock key={cause.id} cause={cause} />
      ))}
      <TitledList title={t.watch} items={watch} />
    </article>
  );
}
