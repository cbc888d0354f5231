import { describe, expect, it } from 'vitest';
import type { FormDefaults } from '../../../../src/dashboard/protocol.js';
import { newRunSchema } from '../../../../src/dashboard/requests.js';
import { liveEn } from '../../../../src/report/view/i18n/live-en.js';
import { liveKo } from '../../../../src/report/view/i18n/live-ko.js';
import { checkForm, emptyForm, firstWrong, serverErrors } from '../../../../src/report/view/live/form.js';

const defaults: FormDefaults = {
  target: 'ws://127.0.0.1:8080',
  otherTargets: true,
  stages: '20@5:10s,60@5:60s',
  identity: 'guests',
  identities: ['guests', 'accounts'],
};
const check = (values: Partial<ReturnType<typeof emptyForm>>, own: FormDefaults = defaults) =>
  checkForm({ ...emptyForm(own), ...values }, own, liveEn.rules);

describe('the start form', () => {
  it('asks for nothing but the pre-flight where all stays as the server has it', () => {
    expect(check({})).toEqual({ ok: true, run: { preflight: true } });
  });

  it('sends only the plan that is chosen, with what else is not as configured', () => {
    const typed = { users: '40', spawnRate: '2.5', duration: '1m30s', stages: 'nonsense', preflight: false, identity: 'accounts' };
    expect(check({ ...typed, plan: 'users' })).toEqual({
      ok: true,
      run: { users: 40, spawnRate: 2.5, duration: 90, preflight: false, identity: 'accounts' },
    });
    expect(check({ ...typed, plan: 'preset', preset: 'full' })).toEqual({
      ok: true,
      run: { preset: 'full', preflight: false, identity: 'accounts' },
    });
    expect(check({ plan: 'stages', stages: '5@1:10' })).toEqual({ ok: true, run: { stages: '5@1:10', preflight: true } });
  });

  it('sends nothing that the server does not take', () => {
    for (const plan of ['configured', 'users', 'stages', 'preset'] as const) {
      const checked = check({ plan, target: 'https://example.org' });
      expect(checked.ok && newRunSchema.safeParse(checked.run).success).toBe(true);
    }
  });

  it('names every field that is wrong, and none of a plan that is not chosen', () => {
    const wrong = check({ plan: 'users', users: '0', spawnRate: '-1', duration: 'soon', stages: '', target: 'example.org' });
    expect(wrong).toEqual({
      ok: false,
      errors: {
        target: 'must be a URL, e.g. wss://example.org or http://127.0.0.1:8080',
        users: 'must be a whole number of 1 or more, is "0"',
        spawnRate: 'must be a positive number, is "-1"',
        duration: 'must be a time such as 300, 300s, 20m or 1h30m10s, is "soon"',
      },
    });
    expect(firstWrong({ duration: 'x', spawnRate: 'y' })).toBe('spawnRate');
    expect(firstWrong({})).toBeUndefined();
  });

  it('leaves the target alone where the server allows no other', () => {
    expect(check({ target: 'wss://example.org' }, { ...defaults, otherTargets: false })).toEqual({ ok: true, run: { preflight: true } });
  });

  it('begins with users and a duration where the configuration has no plan', () => {
    expect(emptyForm({ ...defaults, stages: '' }).plan).toBe('users');
  });

  it('puts what the server says beside its field, and keeps the rest', () => {
    expect(serverErrors({ users: 'too many', port: 'is taken' })).toEqual({ errors: { users: 'too many' }, rest: ['port: is taken'] });
  });

  it('has every rule in Korean, too', () => {
    const wrong = checkForm({ ...emptyForm(defaults), plan: 'stages', stages: '1@1:9,2@1:3' }, defaults, liveKo.rules);
    expect(wrong).toEqual({ ok: false, errors: { stages: liveKo.rules.stageOrder(2, 3, 9) } });
  });
});
