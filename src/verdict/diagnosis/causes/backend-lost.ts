import { clock, counted } from '../../format.js';
import type { Cause } from '../../run-result.js';
import { containersOf, logCommand } from '../commands.js';
import { lossesOf } from '../losses.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

/** A backend went away while the load ran, with all its sockets. */
export function backendLost(run: Judged): Cause {
  const losses = lossesOf(run);
  const backends = run.components.filter(({ role }) => role === 'backend');
  const same = backends.filter(({ status }) => status === 'same');
  const unread = backends.filter(({ status, name }) => status === 'unknown' && !losses.some(({ backend }) => backend === name));
  const [first] = losses;
  const container = containersOf(run, 'backend').find(({ name }) => name === first?.backend);
  return weigh(
    {
      id: 'backend-lost',
      title: 'A backend went away during the load',
      actions: [
        action(
          'see how it ended',
          container === undefined
            ? null
            : `docker inspect -f 'exit {{.State.ExitCode}}, oom {{.State.OOMKilled}}, restarts {{.RestartCount}}' ${container.id}`,
        ),
        action('read the end of its log', logCommand(run, 'ERROR|CRITICAL|Traceback|Killed', first?.backend)),
      ],
    },
    {
      seen: true,
      for: losses.flatMap(({ seen }) => seen.map(({ text, source, t }) => proof(t === null ? text : `${text} at ${clock(t)}`, source))),
      against:
        losses.length === 0 && same.length > 0
          ? [proof(`${counted(same.length, 'backend')} with the same id and start before and after the load`, 'target.identity')]
          : [],
      unknown:
        losses.length > 0
          ? []
          : backends.length === 0
            ? ['the backends were not identified before and after the load']
            : unread.map(({ name }) => `${name} was not identified at both ends`),
    },
  );
}
