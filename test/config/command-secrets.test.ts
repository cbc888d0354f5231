import { describe, expect, it } from 'vitest';
import { commandSecrets, redactCommand } from '../../src/config/command-secrets.js';

const X = '<redacted>';

describe('redactCommand', () => {
  it.each<[string[], string[], string[]]>([
    [['locust', '-f', 'a.py', '--password', 'hunter2'], ['locust', '-f', 'a.py', '--password', X], ['hunter2']],
    [['locust', '--web-auth', 'admin:pw', '--headless'], ['locust', '--web-auth', X, '--headless'], ['admin:pw']],
    [['k6', 'run', '-e', 'API_TOKEN=abc', 'a.js'], ['k6', 'run', '-e', `API_TOKEN=${X}`, 'a.js'], ['abc']],
    [['x', '--api-key=k-1'], ['x', `--api-key=${X}`], ['k-1']],
    [
      ['x', '-H', 'Authorization: Bearer abc'],
      ['x', '-H', `Authorization: ${X}`],
      ['Bearer abc', 'abc'],
    ],
    [
      ['x', 'wss://me:pw@h/ws?token=t-1&a=b'],
      ['x', `wss://me:${X}@h/ws?token=${X}&a=b`],
      ['pw', 't-1'],
    ],
    [
      ['sh', '-c', "locust --password 'a b' -u 5 && TOKEN=q x"],
      ['sh', '-c', `locust --password ${X} -u 5 && TOKEN=${X} x`],
      ['a b', 'q'],
    ],
    [['x', '--token', '--headless'], ['x', '--token', '--headless'], []],
  ])('of %j leaves %j', (command, shown, secrets) => {
    expect(redactCommand(command)).toEqual(shown);
    expect(commandSecrets(command)).toEqual(secrets);
  });

  it.each([
    [['locust', '-f', 'locustfile.py', '--host=wss://example.org', '--users=1000', '--csv', 'websocket_metrics']],
    [['echo', 'the token is wrong']],
    [['node', 'tokens.js', 'C:\\a\\b', '']],
  ])('leaves %j as it is', (command) => {
    expect(redactCommand(command)).toEqual(command);
    expect(commandSecrets(command)).toEqual([]);
  });
});
