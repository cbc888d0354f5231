import type { Cause } from '../../run-result.js';
import { logCommand } from '../commands.js';
import { CONNECT, checkOf, checkProof, failuresOf, occurrencesOf } from '../evidence.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const CHECK = 'identity-matches-token';
const FORBIDDEN = 'http 403';

/** The id in the URL is not that of the token: every connect is HTTP 403. */
export function tokenMismatch(run: Judged): Cause {
  const check = checkOf(run, CHECK);
  const connect = run.tasks.find(({ name }) => name === CONNECT);
  const refused = occurrencesOf(failuresOf(run, CONNECT).filter(({ kind }) => kind === FORBIDDEN));
  const admitted = connect === undefined ? 0 : connect.requests - connect.failures;
  const isAll = refused > 0 && admitted === 0;
  const hasTokens = run.identity !== 'guests';
  return weigh(
    {
      id: 'token-mismatch',
      title: 'The id in the URL is not that of the token',
      actions: [
        action('see why the backends refused', logCommand(run, '인증 실패|불일치|유효하지 않은 토큰')),
        action(check?.remedy ?? 'connect each user under the "sub" of its token'),
      ],
    },
    {
      seen: check?.status === 'fail',
      for: [
        ...(check?.status === 'fail' && refused > 0 ? [checkProof(check)] : []),
        ...(isAll && hasTokens && check?.status !== 'pass'
          ? [proof(`each of ${refused} connects was refused with HTTP 403, from the first on`, 'failures of connect')]
          : []),
      ],
      against: [
        ...(refused === 0
          ? [proof('no connect was refused with HTTP 403, which is what the backends answer to it', 'failures of connect')]
          : []),
        ...(!hasTokens ? [proof('the users are guests, who have no token', 'run.start identity')] : []),
        ...(refused > 0 && admitted > 0 ? [proof(`${admitted} connects of the same kind of user were let in`, 'tasks connect')] : []),
        ...(check?.status === 'pass' ? [checkProof(check)] : []),
      ],
    },
  );
}
