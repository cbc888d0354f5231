import { describe, expect, it } from 'vitest';
import { renderTerminal } from '../../src/report/terminal.js';
import { judge } from '../../src/verdict/judge.js';
import { summarize } from '../../src/verdict/summarize.js';
import { healthyRun, rewrite, taskSecond } from '../verdict/journal-builder.js';

describe('the tables for a terminal', () => {
  it('end with the verdict and its reasons', () => {
    const text = renderTerminal(judge(summarize(healthyRun())), { colour: false });
    expect(text.trimEnd().split('\n').slice(-2)).toEqual(['Verdict: PASS', '  - all 7 required criteria hold']);
  });

  it('show both clocks side by side, and how far the target held', () => {
    const waiting = rewrite(healthyRun(), (event) =>
      event.type === 'load.second'
        ? { ...event, tasks: { ...event.tasks, location_update: taskSecond([2000, 4], { intended: [90_112, 4] }) } }
        : event,
    );
    const text = renderTerminal(judge(summarize(waiting)), { colour: false });
    const row = text.split('\n').find((line) => line.includes('location_update'));
    expect(
      row
        ?.split('│')
        .map((cell) => cell.trim())
        .slice(7, 12),
    ).toEqual(['2', '2', '2', '90.1', '90.1']);
    expect(text).toContain('location_update 2 90.1*');
    expect(text).toContain('\nthe highest step that held: 6 users (hold)\n');
    expect(text).not.toContain('Handshakes');
  });

  it('have colours only when asked', () => {
    const result = judge(summarize(healthyRun()));
    const csi = '\u001b[';
    expect(renderTerminal(result, { colour: false })).not.toContain(csi);
    expect(renderTerminal(result, { colour: true })).toContain(`${csi}32m`);
    expect(renderTerminal(result, { colour: true }).replaceAll(new RegExp(`${csi.replace('[', '\\[')}\\d+m`, 'g'), '')).toBe(
      renderTerminal(result, { colour: false }),
    );
  });

  it('let no text of the target steer the terminal', () => {
    const hostile = rewrite(healthyRun(), (event) => {
      if (event.type === 'run.start')
        return { ...event, target: 'ws://x\u001b[2J', stages: event.stages.map((stage) => ({ ...stage, name: '\u001b[3A' })) };
      if (event.type === 'load.second')
        return {
          ...event,
          timings: { '\u001b[5m': [1, 1] },
          pushes: { '\u009b2K': 1 },
          exceptions: { '\u001b]0;title\u0007\u009b31m\r': 1 },
          drops: { '\u001b[1A\u202e': 1 },
        };
      return event;
    });
    const text = renderTerminal(judge(summarize(hostile)), { colour: false });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain('ws://x\\x1b[2J');
  });
});
