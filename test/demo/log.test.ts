import { describe, expect, it } from 'vitest';
import { logLine } from '../../src/demo/log.js';

describe('logLine', () => {
  it('has the prefix of the target', () => {
    expect(logLine(new Date(2025, 11, 7, 3, 4, 5), 'app.ws', 'INFO', '게스트 연결 허용: temp_1')).toBe(
      '2025-12-07 03:04:05 - app.ws - INFO - 게스트 연결 허용: temp_1\n',
    );
  });

  it('stays one line whatever the message holds', () => {
    expect(logLine(new Date(), 'app', 'ERROR', 'a\nb\r\nc')).toMatch(/ - a b c\n$/);
  });
});
