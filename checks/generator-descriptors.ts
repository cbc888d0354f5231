import type { Check, CheckResult, GeneratorFacts } from '../src/preflight/check.js';

/** What most systems allow without asking, and what is enough for any load that one machine can send. */
const PLENTY = 65_536;

const check: Check = {
  id: 'generator-descriptors',
  title: 'This machine may open enough files',
  why: 'Each socket is an open file: past the limit connects fail here, and look as if the target had refused them.',
  needs: ['load'],
  async run({ generator }) {
    return judgeDescriptors(await generator());
  },
};

export default check;

/** Judges the limit of one process. */
export function judgeDescriptors({ users, openFiles, processes = 1, lacks }: GeneratorFacts): CheckResult {
  const expected = `one process may open the sockets of ${users} users, and some files besides`;
  const remedy = `in the shell that starts the load: ulimit -n ${PLENTY} (for good: nofile in /etc/security/limits.conf; in a container: --ulimit nofile=${PLENTY}:${PLENTY})`;
  if (openFiles === undefined) {
    return { status: 'error', observed: 'this system does not say how many files a process may open', expected, remedy };
  }
  const observed = `a process may have ${openFiles === Number.POSITIVE_INFINITY ? 'any number of files' : `${openFiles} files`} open`;
  const lack = lacks.find(({ what }) => what === 'open files');
  if (lack) return { status: 'fail', observed: lack.text, expected, remedy };
  if (processes === 1) return { status: 'pass', observed, expected };
  return { status: 'warn', observed: `${observed}, so ${users} users are spread over ${processes} processes`, expected, remedy };
}
