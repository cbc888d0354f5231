import { useFigures } from '../figures.js';

/** `a 3, b 1`: how often each of some names was counted. */
export function Counts({ of: counts }: { of: Readonly<Record<string, number>> }) {
  const figures = useFigures();
  return (
    <ul class="counts">
      {Object.entries(counts).map(([name, count]) => (
        <li key={name}>
          {name} <b>{figures.count(count)}</b>
        </li>
      ))}
    </ul>
  );
}
