import { useMemo } from 'preact/hooks';
import { ChartBoard } from '../charts/charts.js';
import { overlaidSubject } from '../charts/subject.js';
import { useLanguage } from '../i18n/context.js';
import { useLive } from '../live/texts.js';
import type { ComparisonModel } from '../model.js';
import { overlayCharts } from './overlay-charts.js';

/** The runs over each other, on one axis: the time since the load of each began. */
export function Overlay({ model }: { model: ComparisonModel }) {
  const t = useLive().compare;
  const language = useLanguage();
  const groups = useMemo(() => [{ id: 'load' as const, charts: overlayCharts(model, t) }], [model, t]);
  const subject = useMemo(() => overlaidSubject(model.times), [model]);
  return <ChartBoard subject={subject} groups={groups} language={language} hasHeadings={false} />;
}
