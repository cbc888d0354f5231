import { describe, expect, it } from 'vitest';
import { Redactor } from '../../src/bundle/redact.js';
import { LiveList, runChecklist } from '../../src/commands/checklist.js';
import { createScreen } from '../../src/commands/screen.js';
import type { Check } from '../../src/preflight/check.js';
import { checkContext } from '../helpers/check-context.js';
import { FakeTerminal } from '../helpers/fake-terminal.js';

const CHECKS = [
  { id: 'a', title: 'Target answers' },
  { id: 'b', title: '테스트 계정이 로그인할 수 있다' },
  { id: 'c', title: 'Redis answers' },
];

const finished = (check: string, status: 'pass' | 'fail' | 'skip', observed = 'seen') => ({
  check,
  status,
  observed,
  title: CHECKS.find(({ id }) => id === check)?.title ?? check,
});

describe('the live checklist', () => {
  it('turns each line from waiting to its result, in its place', () => {
    const terminal = new FakeTerminal(60, 10);
    const list = new LiveList(CHECKS, createScreen(terminal));
    expect(terminal.text).toEqual(['  Target answers', '  테스트 계정이 로그인할 수 있다', '  Redis answers']);
    list.start('a');
    list.start('c');
    expect(terminal.text).toEqual(['» Target answers', '  테스트 계정이 로그인할 수 있다', '» Redis answers']);
    list.finish(finished('c', 'fail', 'no connection'));
    expect(terminal.text).toEqual(['» Target answers', '  테스트 계정이 로그인할 수 있다', '✘ Redis answers: no connection']);
    list.finish(finished('a', 'pass'));
    list.finish(finished('b', 'skip', 'no account'));
    expect(terminal.text).toEqual([
      '✔ Target answers: seen',
      '- 테스트 계정이 로그인할 수 있다: no account',
      '✘ Redis answers: no connection',
    ]);
  });

  it('ends with every result in the order of the list, however short and narrow the terminal is', () => {
    const terminal = new FakeTerminal(30, 4);
    const checks = Array.from({ length: 20 }, (_, index) => ({ id: `c${index}`, title: `Check ${index} 는 무엇을 보는가` }));
    const list = new LiveList(checks, createScreen(terminal));
    for (const index of [3, 1, 0, 19, 2, 4, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5]) {
      list.start(`c${index}`);
      terminal.resize(30 + (index % 3), 4);
      list.finish({ check: `c${index}`, title: `Check ${index}`, status: 'pass', observed: 'ok' });
    }
    expect(terminal.text).toEqual(checks.map((_, index) => `✔ Check ${index}: ok`));
  });

  it('is plain lines in the order of the list where there is no terminal, each as soon as all before it are known', () => {
    const said: string[] = [];
    const list = new LiveList(CHECKS, { say: (line) => void said.push(line), block: () => {} });
    list.start('c');
    list.finish(finished('c', 'pass'));
    expect(said).toEqual([]);
    list.finish(finished('a', 'pass'));
    expect(said).toEqual(['✔ Target answers: seen']);
    list.finish(finished('b', 'fail'));
    expect(said).toEqual(['✔ Target answers: seen', '✘ 테스트 계정이 로그인할 수 있다: seen', '✔ Redis answers: seen']);
  });
});

describe('runChecklist', () => {
  it('shows and returns no secret, and no control character of the target', async () => {
    const said: string[] = [];
    const redactor = new Redactor();
    redactor.add('hunter2-is-secret');
    const check: Check = {
      id: 'a',
      title: 'A',
      why: '',
      needs: [],
      recommended: true,
      run: async () => ({ status: 'fail', observed: 'hunter2-is-secret\u001b[2J', remedy: 'use hunter2-is-secret' }),
    };
    const { passed, results } = await runChecklist(
      { checks: [check], ctx: checkContext(), emit: () => {}, redactor },
      { say: (line) => void said.push(line), block: () => {} },
    );
    expect(passed).toBe(true);
    expect(said).toEqual([expect.stringMatching(/^✘ A \(recommended\): <redacted:secret-\w{8}>\\x1b\[2J$/)]);
    expect(JSON.stringify(results)).not.toContain('hunter2');
  });
});
