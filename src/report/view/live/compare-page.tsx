import { ComparisonView } from '../comparison/comparison.js';
import { ApiError, api } from './api.js';
import { useAsked } from './hooks.js';
import { addressOf } from './route.js';
import { useLive } from './texts.js';

/** The comparison of some runs of the server. */
export function ComparePage({ ids }: { ids: readonly string[] }) {
  const t = useLive();
  const { value, error } = useAsked(() => api.compare(ids), 0, ids.join(','));
  if (value) return <ComparisonView model={value} hrefOf={(id) => addressOf({ at: 'run', id })} />;
  if (error === undefined) {
    return (
      <p class="card" role="status">
        {t.compare.loading}
      </p>
    );
  }
  return (
    <p class="card notice" role="alert">
      {t.compare.failed}: {error instanceof ApiError ? error.message : t.unknownError}
    </p>
  );
}
