import { describe, expect, it } from 'vitest';
import { createScreen } from '../../src/commands/screen.js';
import { FakeTerminal } from '../helpers/fake-terminal.js';

describe('a screen', () => {
  it('shows a block in place of the last one, with what is said above it', () => {
    const terminal = new FakeTerminal(40, 10);
    const screen = createScreen(terminal);
    screen.block(['one', 'two', 'three']);
    screen.say('said');
    screen.block(['one!', 'three']);
    screen.say('said again');
    expect(terminal.text).toEqual(['said', 'said again', 'one!', 'three']);
    screen.block([]);
    expect(terminal.text).toEqual(['said', 'said again']);
  });

  it('makes each line of a block one row of a narrow terminal, also where characters are wide', () => {
    const terminal = new FakeTerminal(14, 10);
    const screen = createScreen(terminal);
    const lines = [
      '테스트 계정이 로그인할 수 있다',
      'a line of ASCII that is too long',
      '👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦',
      'short',
    ];
    for (let turn = 0; turn < 3; turn++) screen.block(lines);
    expect(terminal.text).toEqual(['테스트 계정…', 'a line of A…', '👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦…', 'short']);
  });

  it('wraps what is said for good, and finds its block again below it', () => {
    const terminal = new FakeTerminal(12, 10);
    const screen = createScreen(terminal);
    screen.block(['waiting']);
    screen.say('강남역에서 홍대입구역까지');
    screen.block(['done']);
    expect(terminal.text).toEqual(['강남역에서 ', '홍대입구역까', '지', 'done'].map((row) => row.trimEnd()));
  });

  it('shows no more lines than there are rows, and says how many it does not', () => {
    const terminal = new FakeTerminal(40, 5);
    const screen = createScreen(terminal);
    const lines = Array.from({ length: 12 }, (_, index) => `line ${index}`);
    screen.block(lines);
    screen.block(lines);
    screen.say('said');
    expect(terminal.text).toEqual(['said', 'line 0', 'line 1', 'line 2', '  … and 9 more']);
    screen.block(lines.slice(8));
    expect(terminal.text).toEqual(['said', 'line 8', 'line 9', 'line 10', 'line 11']);
  });

  it.each([
    [15, 20],
    [9, 20],
    [100, 20],
    [40, 3],
  ])('is drawn anew where the terminal becomes %i columns and %i rows', (columns, rows) => {
    const terminal = new FakeTerminal(40, 20);
    const screen = createScreen(terminal);
    screen.say('said');
    screen.block(['  테스트 계정이 로그인할 수 있다', '  Redis is reachable and answers']);
    terminal.resize(columns, rows);
    terminal.resize(40, 20);
    screen.block(['✔ all']);
    expect(terminal.text).toEqual(['said', '✔ all']);
  });

  it('replaces a line of progress by the next, and leaves the last one where it is', () => {
    const terminal = new FakeTerminal(40, 10);
    const screen = createScreen(terminal);
    screen.block(['waiting']);
    screen.block([]);
    screen.progress('1 s');
    screen.progress('2 s');
    screen.say('done');
    screen.progress('3 s');
    screen.block(['waiting']);
    expect(terminal.text).toEqual(['2 s', 'done', '3 s', 'waiting']);
  });

  it('writes ordinary lines, and no escape code, where nothing can be replaced', () => {
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text), on: () => undefined };
    const screen = createScreen(stream);
    screen.block(['waiting']);
    screen.say('said');
    screen.progress('1 s');
    expect(written).toEqual(['said\n', '1 s\n']);
  });

  it('has a block drawn anew for each size of the terminal', () => {
    const terminal = new FakeTerminal(40, 10);
    const screen = createScreen(terminal);
    screen.block(({ columns, rows }) => [`${columns} columns`, `${rows} rows`]);
    expect(terminal.text).toEqual(['40 columns', '10 rows']);
    terminal.resize(60, 20);
    expect(terminal.text).toEqual(['60 columns', '20 rows']);
    screen.say('said');
    expect(terminal.text).toEqual(['said', '60 columns', '20 rows']);
    screen.block([]);
    expect(terminal.text).toEqual(['said']);
  });

  it('counts no column for a colour, and leaves it away where it would be cut', () => {
    const terminal = new FakeTerminal(20, 10);
    const screen = createScreen(terminal);
    const red = (text: string): string => `\u001b[31m${text}\u001b[0m`;
    for (let turn = 0; turn < 3; turn++) screen.block([`${red('six')} ${red('signs')} ${red('fit')}`, red('but these do not fit at all')]);
    screen.say('said');
    expect(terminal.text).toEqual(['said', 'six signs fit', 'but these do not …']);
  });
});
