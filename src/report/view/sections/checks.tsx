import type { CheckRow } from '../../../verdict/run-result.js';
import { useFigures } from '../figures.js';
import { useTexts } from '../i18n/context.js';
import { Section } from '../parts/section.js';
import { Status } from '../parts/status.js';
import type { SectionProps } from './props.js';

const ORDER = ['fail', 'error', 'warn', 'skip', 'pass'] as const;

const isWrong = ({ status }: Pick<CheckRow, 'status'>): boolean => status !== 'pass' && status !== 'skip';

/** What was checked before the load. What is not in order is open. */
export function Checks({ model: { result } }: SectionProps) {
  const texts = useTexts();
  const { checks } = result;
  const counts = ORDER.flatMap((status) => {
    const count = checks.filter((check) => check.status === status).length;
    return count === 0 ? [] : [`${texts.statuses[status]} ${count}`];
  });
  return (
    <Section id="checks" title={texts.sections.checks}>
      <details class="card checks" open={checks.some(isWrong)}>
        <summary>
          {texts.checks.all} ({checks.length}): {counts.join(texts.separator)}
        </summary>
        {checks.map((check) => (
          <Check key={check.check} check={check} />
        ))}
      </details>
    </Section>
  );
}

function Check({ check: { title, status, why, observed, expected, remedy, durationMs } }: { check: CheckRow }) {
  const t = useTexts().checks;
  const figures = useFigures();
  const facts = [
    [t.why, why],
    [t.observed, observed],
    [t.expected, expected],
    [t.remedy, remedy],
    [t.took, figures.duration(durationMs)],
  ] as const;
  return (
    <details class="check" open={isWrong({ status })}>
      <summary>
        <Status of={status} /> <span>{title}</span> <span class="muted short">{observed}</span>
      </summary>
      <dl>
        {facts.map(
          ([name, value]) =>
            value !== null &&
            value !== '' && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </details>
  );
}
