import { useTexts } from './i18n/context.js';
import type { SectionId } from './sections/props.js';

/** Links to the sections that there are. */
export function SectionNav({ ids }: { ids: readonly SectionId[] }) {
  const { nav, sections } = useTexts();
  return (
    <nav class="section-nav" aria-label={nav}>
      <ul>
        {ids.map((id) => (
          <li key={id}>
            <a href={`#${id}`}>{sections[id]}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
