// A check of a project's own: loadwitness preflight --target … --checks examples/checks
//
// Each .js or .ts file in that folder exports one check as its default; its id is the file's name. They run after ours, by the same
// contract. What is thrown becomes an error ("could not be evaluated"), so there is nothing to catch here. Files that checks share belong
// into a folder of their own. Types are erased and not checked: let your editor do that.

import type { Check, CheckResult } from 'loadwitness';

const check: Check = {
  id: 'health-page',
  title: 'The health page says that all is well',
  why: 'A target that is not well before the load tells nothing about how much it carries.',
  needs: ['target'],
  after: ['target-reachable'],
  async run({ config, signal }): Promise<CheckResult> {
    const url = `${config.target.replace(/^ws/, 'http')}/health`;
    // The signal ends the request at the deadline, and when somebody presses Ctrl-C.
    const answer = await fetch(url, { signal });
    const text = await answer.text();
    const observed = `GET ${url}: HTTP ${answer.status}, ${text.slice(0, 80)}`;
    const expected = 'HTTP 200 and "healthy" or "ok"';
    return answer.status === 200 && /"(healthy|ok)"/.test(text)
      ? { status: 'pass', observed, expected }
      : { status: 'fail', observed, expected, remedy: `see what it lacks: curl -i ${url}` };
  },
};

export default check;
