import { counted } from '../../format.js';
import { backendFull } from '../causes/backend-full.js';
import { tokenExpired } from '../causes/token-expired.js';
import { tokenMismatch } from '../causes/token-mismatch.js';
import { brokenOf, CONNECT, checkOf, criterionProof, failuresOf, logLines, occurrencesOf, timesOf } from '../evidence.js';
import { loadWindow } from '../readings.js';
import type { Rule } from '../rule.js';
import { proof } from '../weigh.js';

const FORBIDDEN = 'http 403';
const SYMPTOMS = /^(connect_success_rate|error_rate)$/;

/** Of so large a part of all refused connects the log must say that it was the token. */
const MOST = 0.5;

/** The guide's problem 4: tokens end before the test does. */
export const expiredTokens: Rule = {
  id: 'expired-tokens',
  title: 'Tokens expired during the load',
  diagnose(run) {
    const failures = failuresOf(run, CONNECT);
    const refused = failures.filter(({ kind }) => kind === FORBIDDEN);
    const lines = logLines(run, 'jwt_expired');
    const count = occurrencesOf(refused);
    const broken = brokenOf(run, (id) => SYMPTOMS.test(id));
    const window = timesOf(refused);
    // Tokens of other people end all the time: it matters that our own users were refused.
    if (window === null || loadWindow(run) === null || run.identity === 'guests') return null;
    const isTold = lines.total > 0;
    if (!isTold && !(checkOf(run, 'token-lifetime')?.status === 'fail' && broken.length > 0 && lines.counted === 0)) return null;
    const others = occurrencesOf(failures) - count;
    const isAll = others === 0 && (!isTold || lines.total >= count * MOST);
    return {
      symptom: `${counted(count, 'connect')} refused with HTTP 403${isTold ? `, and ${counted(lines.total, 'line')} of an expired token in the backends' logs` : ''}`,
      ...window,
      evidence: [proof(`connect: ${FORBIDDEN} ${count}`, 'failures of connect'), ...broken.map(criterionProof)],
      causes: [tokenExpired(run), backendFull(run, window), tokenMismatch(run)],
      watch: ['how long a token lasts against the length of the run', 'drops: only who has to connect again needs a good token'],
      explains: isAll ? ['connect-failures'] : [],
    };
  },
};
