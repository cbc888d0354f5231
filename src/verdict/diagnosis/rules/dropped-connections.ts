import { counted } from '../../format.js';
import { backendLost } from '../causes/backend-lost.js';
import { backendMemory } from '../causes/backend-memory.js';
import { nginxReadTimeout } from '../causes/nginx-read-timeout.js';
import { brokenOf, CONNECTION, criterionProof, failuresOf, kindsOf, occurrencesOf, timesOf } from '../evidence.js';
import { loadWindow } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const SYMPTOMS = /^(error_rate|drops|reconnects)$/;

/** The target ends clients with these for reasons that have rules of their own: a newer connection of the same account, a silent client. */
const OTHERS = /^close (1000|1011)$/;

/** Sockets were closed by the target or lost, although no backend is known to have gone. */
export const droppedConnections: Rule = {
  id: 'dropped-connections',
  title: 'Connections were dropped',
  diagnose(run) {
    const drops = failuresOf(run, CONNECTION).filter(({ kind }) => !OTHERS.test(kind));
    const broken = brokenOf(run, (id) => SYMPTOMS.test(id));
    const window = timesOf(drops);
    if (broken.length === 0 || window === null || loadWindow(run) === null) return null;
    return {
      symptom: `${counted(occurrencesOf(drops), 'socket')} dropped while their users still wanted them: ${kindsOf(drops)}`,
      ...window,
      evidence: [
        ...drops.map(({ kind, occurrences }) => proof(`${kind} ${occurrences}`, 'load.second drops')),
        ...broken.map(criterionProof),
      ],
      causes: [backendLost(run), nginxRestarted(run), nginxReadTimeout(run), backendMemory(run, window)],
      watch: ['at which second they are dropped: all at once is a restart, one after the other a timeout'],
    };
  },
};

/** A restart of nginx closes every socket; a reload keeps them. */
function nginxRestarted(run: Judged) {
  const events = run.targetEvents.filter(
    ({ component, what }) => component === 'nginx' && ['die', 'start', 'restart', 'restarted', 'replaced', 'kill', 'stop'].includes(what),
  );
  const component = run.components.find(({ role }) => role === 'nginx');
  return weigh(
    {
      id: 'nginx-restarted',
      title: 'nginx was restarted, which closes every socket',
      actions: [action('reload it instead: that keeps every connection', 'nginx -s reload')],
    },
    {
      seen: true,
      for: [
        ...events
          .slice(0, 3)
          .map(({ what, detail }) => proof(`nginx ${what}${detail === null ? '' : ` (${detail})`}`, `target.event ${what}`)),
        ...(component?.status === 'changed' ? [proof(`nginx ${component.change}`, 'target.identity')] : []),
      ],
      against:
        events.length === 0 && component?.status === 'same'
          ? [proof('nginx with the same id and start before and after the load', 'target.identity')]
          : [],
      unknown: component === undefined || component.status === 'unknown' ? ['nginx was not identified before and after the load'] : [],
    },
  );
}
