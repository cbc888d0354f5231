import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULT_CHOICES, type Fault, faultsOf, formatFault, parseFault } from '../../src/demo/fault.js';
import { UsageError } from '../../src/errors.js';

describe('parseFault', () => {
  it.each<[string, Fault]>([
    ['listener-dies', { kind: 'listener-dies', replica: 1 }],
    ['listener-dies#3', { kind: 'listener-dies', replica: 3 }],
    ['drop-publish', { kind: 'drop-publish' }],
    ['slow-route=3000', { kind: 'slow-route', ms: 3000 }],
    ['slow-login=250#2', { kind: 'slow-login', ms: 250, replica: 2 }],
    ['freeze=5000@20', { kind: 'freeze', ms: 5000, atSeconds: 20, replica: 1 }],
    ['freeze=5000@0.5#2', { kind: 'freeze', ms: 5000, atSeconds: 0.5, replica: 2 }],
    ['crash@30', { kind: 'crash', atSeconds: 30, replica: 1 }],
    ['log-publish-failure', { kind: 'log-publish-failure' }],
    ['unreadable-logs', { kind: 'unreadable-logs' }],
    ['login-storm=3@15', { kind: 'login-storm', amount: 3, atSeconds: 15 }],
    ['max-connections=15#2', { kind: 'max-connections', amount: 15, replica: 2 }],
    ['worker-connections=64', { kind: 'worker-connections', amount: 64 }],
    ['one-address', { kind: 'one-address' }],
    ['stale-upstream', { kind: 'stale-upstream', replica: 1 }],
    ['short-tokens=20', { kind: 'short-tokens', amount: 20 }],
    ['full-redis@15', { kind: 'full-redis', atSeconds: 15, replica: 1 }],
    ['no-worker', { kind: 'no-worker' }],
  ])('reads %s', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  it.each([
    '',
    'nonsense',
    'toString',
    'slow-route',
    'slow-route=',
    'slow-route=fast',
    'slow-route=-5',
    'slow-route=5@3',
    'freeze=5000',
    'freeze@20',
    'crash=5@3',
    'crash',
    'drop-publish=1',
    'crash@5#0',
  ])('refuses "%s" and names the choices', (text) => {
    expect(() => parseFault(text)).toThrow(UsageError);
    expect(() => parseFault(text)).toThrow(FAULT_CHOICES);
  });

  it.each(['one-address#1', 'worker-connections=64#2', 'short-tokens=20#3'])('refuses "%s": it befalls all replicas or none', (text) => {
    expect(() => parseFault(text)).toThrow(/befalls all replicas or none; leave out #\d/);
  });

  it('reads back what formatFault wrote', () => {
    const scope = { replica: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }) };
    const ms = fc.integer({ min: 0, max: 9_999_999 });
    const atSeconds = fc.integer({ min: 0, max: 99_999 });
    const fault = fc.oneof(
      fc.record({ kind: fc.constantFrom('drop-publish', 'log-publish-failure', 'unreadable-logs'), ...scope }),
      fc.record({ kind: fc.constantFrom('slow-route', 'slow-login'), ms, ...scope }),
      fc.record({ kind: fc.constant('freeze'), ms, atSeconds, replica: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ kind: fc.constant('login-storm'), amount: ms, atSeconds, ...scope }),
      fc.record({ kind: fc.constantFrom('worker-connections', 'short-tokens'), amount: ms }),
      fc.record({ kind: fc.constant('crash'), atSeconds, replica: fc.integer({ min: 1, max: 20 }) }),
    );
    fc.assert(
      fc.property(fault, (any) => {
        expect(parseFault(formatFault(any as Fault))).toEqual(any);
      }),
    );
  });
});

describe('faultsOf', () => {
  it('gives a replica its own faults and those of all', () => {
    const faults = ['listener-dies', 'drop-publish', 'crash@9#2'].map(parseFault);
    expect(faultsOf(1, faults).map(formatFault)).toEqual(['listener-dies#1', 'drop-publish']);
    expect(faultsOf(2, faults).map(formatFault)).toEqual(['drop-publish', 'crash@9#2']);
  });
});
