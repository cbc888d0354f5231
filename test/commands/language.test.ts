import { expect, it } from 'vitest';
import { languageFrom, languageOf } from '../../src/commands/language.js';

it('takes the language of the environment, the most particular variable first, and English where it is none of ours', () => {
  expect(languageOf({ LANG: 'ko_KR.UTF-8' })).toBe('ko');
  expect(languageOf({ LANG: 'en_US.UTF-8', LC_ALL: 'ko_KR.UTF-8' })).toBe('ko');
  expect(languageOf({ LANG: 'ko_KR.UTF-8', LC_ALL: 'C' })).toBe('en');
  // Konkani is none of them.
  expect(languageOf({ LANG: 'kok_IN' })).toBe('en');
  expect(languageOf({})).toBe('en');
});

it('takes what was typed before that, then what a report is in already', () => {
  expect(languageFrom({ LANG: 'ko_KR' }, 'en', 'ko')).toBe('en');
  expect(languageFrom({ LANG: 'en_US' }, undefined, 'ko')).toBe('ko');
  expect(languageFrom({ LANG: 'ko_KR' }, undefined, 'fr')).toBe('ko');
});
