import { describe, expect, it } from 'vitest';
import { validateScenario } from '../../src/load/validate-scenario.js';

const f = () => ({});
const task = (changes: object = {}) => ({ name: 'ask', weight: 1, timeoutMs: 10, message: f, isReply: f, ...changes });
const scenario = (changes: object = {}) => ({ name: 'own', createState: f, connect: f, tasks: [task()], ...changes });

const mistakes = (value: unknown) => validateScenario(value).map(({ path, message }) => `${path}: ${message}`);

describe('validateScenario', () => {
  it.each<[string, object]>([
    ['the least that there can be', {}],
    [
      'everything that there can be',
      {
        tasks: [task({ failure: f, onReply: f }), task({ name: 'rare', weight: 0 })],
        first: 'rare',
        typeOf: f,
        correlation: { requestId: f, replyId: f },
        resync: { message: f, isReply: f },
      },
    ],
    ['tasks without isReply where ids pair replies', { tasks: [task({ isReply: undefined })], correlation: { requestId: f, replyId: f } }],
  ])('accepts %s', (_, changes) => {
    expect(mistakes(scenario(changes))).toEqual([]);
  });

  it('accepts an object of a class', () => {
    class Own {
      name = 'own';
      tasks = [task()];
      createState() {}
      connect() {}
    }
    expect(mistakes(new Own())).toEqual([]);
  });

  it.each<[unknown, string[]]>([
    [undefined, ['(scenario): must be an object with "name", "connect" and "tasks", is missing']],
    [[1], ['(scenario): must be an object with "name", "connect" and "tasks", is a list of 1']],
    [scenario({ name: '' }), ['name: must be a text that is not empty, is ""']],
    [scenario({ createState: {} }), ['createState: must be a function, is an object']],
    [scenario({ connect: 'ws://x' }), ['connect: must be a function, is "ws://x"']],
    [scenario({ typeOf: 'type' }), ['typeOf: must be a function, is "type"']],
    [scenario({ tasks: {} }), ['tasks: must be a list of tasks, is an object']],
    [scenario({ tasks: [] }), ['tasks: must hold at least one task']],
    [scenario({ tasks: [null] }), ['tasks[0]: must be an object, is null']],
    [scenario({ tasks: [task(), task({ name: 'b', timeoutMs: 0 })] }), ['tasks[1].timeoutMs: must be a positive number, is 0']],
    [scenario({ tasks: [task({ timeoutMs: 3e9 })] }), ['tasks[0].timeoutMs: must be at most 2000000000, is 3000000000']],
    [scenario({ tasks: [task({ weight: -1 })] }), ['tasks[0].weight: must be a number of 0 or more, is -1']],
    [scenario({ tasks: [task({ weight: Number.NaN })] }), ['tasks[0].weight: must be a number of 0 or more, is NaN']],
    [scenario({ tasks: [task({ weight: 0 })] }), ['tasks: at least one task needs a weight above 0']],
    [scenario({ tasks: [task({ message: { type: 'ask' } })] }), ['tasks[0].message: must be a function, is an object']],
    [scenario({ tasks: [task({ isReply: 'reply' })] }), ['tasks[0].isReply: must be a function, is "reply"']],
    [
      scenario({ tasks: [task({ isReply: undefined })] }),
      ['tasks[0].isReply: is missing: without it and without "correlation" no reply is ever recognised'],
    ],
    [scenario({ tasks: [task({ failure: true })] }), ['tasks[0].failure: must be a function, is true']],
    [scenario({ tasks: [task(), task()] }), ['tasks[1].name: must be unique, and "ask" is also tasks[0]']],
    [scenario({ tasks: [task({ name: 'connect' })] }), ['tasks[0].name: must not be "connect": that name is reserved']],
    [scenario({ first: 'aks' }), ['first: must name one of the tasks (ask), is "aks"']],
    [scenario({ correlation: { requestId: f } }), ['correlation.replyId: must be a function, is missing']],
    [scenario({ correlation: f }), ['correlation: must be an object with "requestId" and "replyId", is a function']],
    [scenario({ resync: { message: 'ping', isReply: f } }), ['resync.message: must be a function, is "ping"']],
  ])('refuses %j', (value, expected) => {
    expect(mistakes(value)).toEqual(expected);
  });

  it('tells all mistakes at once', () => {
    expect(mistakes({ tasks: [{ weight: 0 }], first: 5 }).map((line) => line.split(':')[0])).toEqual([
      'name',
      'createState',
      'connect',
      'tasks[0].name',
      'tasks[0].timeoutMs',
      'tasks[0].message',
      'tasks[0].isReply',
      'tasks',
      'first',
    ]);
  });
});
