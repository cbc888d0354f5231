import { describe, expect, it } from 'vitest';
import { KINDMAP_PROFILE } from '../../src/config/profiles/kindmap.js';
import { lineMatcher } from '../../src/samplers/log-patterns.js';

describe('lineMatcher', () => {
  it('names every pattern that a line matches', () => {
    const matcher = lineMatcher({ word: 'abc', either: '^(x|y)', end: 'z$' });
    expect(matcher('nothing')).toEqual([]);
    expect(matcher('xabcz')).toEqual(['word', 'either', 'end']);
    expect(matcher('yabc')).toEqual(['word', 'either']);
  });

  it('matches as each expression does alone, also where they refer to their own groups', () => {
    const matcher = lineMatcher({ twice: '(a|b)\\1', named: '(?<x>c)\\k<x>', same: '(?<x>d)', behind: '(?<=e)f' });
    expect(matcher('aa')).toEqual(['twice']);
    expect(matcher('ab')).toEqual([]);
    expect(matcher('ccd')).toEqual(['named', 'same']);
    expect(matcher('ef')).toEqual(['behind']);
  });

  it('knows the patterns of KindMap', () => {
    const patterns = KINDMAP_PROFILE.monitoring?.logPatterns as Record<string, string>;
    const matcher = lineMatcher(patterns);
    expect(matcher('2025-12-07 10:00:00 - app.ws - INFO - 경로 계산 완료: route_id=0a-1b, 3개 경로 반환')).toEqual(['route_calculated']);
    expect(matcher('2025-12-07 10:00:00 - app.redis - ERROR - 메시지 발행 실패: x')).toEqual([
      'publish_failed',
      'guide_publish',
      'error_level',
    ]);
    expect(matcher('INFO:     172.18.0.5:41234 - "GET /health HTTP/1.1" 200 OK')).toEqual([]);
  });

  it('matches nothing without patterns', () => {
    expect(lineMatcher({})('any')).toEqual([]);
  });
});
