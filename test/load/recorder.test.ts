import { describe, expect, it } from 'vitest';
import { loadSecond } from '../../src/journal/event.js';
import { Recorder } from '../../src/load/recorder.js';

const about = {
  worker: 0,
  second: 1000,
  users: { planned: 1, active: 1, connected: 1 },
  generator: { loopDelayMs: 0, utilization: 0.1, gcMs: 2 },
};

describe('Recorder', () => {
  it('hands over one second as an event of the journal', () => {
    const recorder = new Recorder(['move']);
    recorder.task('connect').ended(12.5, 12.5, undefined);
    recorder.task('move').ended(0.812, 1.5, undefined);
    recorder.task('move').replied('moved', 300);
    recorder.task('move').ended(3000, 3000, 'timeout');
    recorder.task('move').lateReply('moved');
    recorder.handshake({ dns: 0, tcp: 0.5, tls: 0, upgrade: 2 });
    recorder.reconnected(1234.5);
    recorder.sent(3.25);
    recorder.sent(1);
    recorder.pushed('connected');
    recorder.closed(1006, 'server');
    recorder.dropped(1006);
    recorder.unsent();
    recorder.exception('TypeError: no');
    const event = recorder.take(about);
    expect(loadSecond.omit({ t: true }).parse(event)).toEqual({
      type: 'load.second',
      ...about,
      generator: { ...about.generator, lagMs: 3.25 },
      timings: { 'handshake.tcp': [500, 1], 'handshake.upgrade': [2000, 1], reconnect: [1233920, 1] },
      tasks: {
        connect: {
          requests: 1,
          failures: {},
          replies: {},
          late: 0,
          bytes: 0,
          sum: 12500,
          min: 12500,
          max: 12500,
          latency: [12496, 1],
          intended: [12496, 1],
        },
        move: {
          requests: 2,
          failures: { timeout: 1 },
          replies: { moved: 2 },
          late: 1,
          bytes: 300,
          sum: 3000812,
          min: 812,
          max: 3000000,
          latency: [812, 1, 2998272, 1],
          intended: [1500, 1, 2998272, 1],
        },
      },
      pushes: { connected: 1 },
      closes: { '1006 server': 1 },
      drops: { 'close 1006': 1 },
      unsent: 1,
      exceptions: { 'TypeError: no': 1 },
    });
  });

  it('starts every second from nothing', () => {
    const recorder = new Recorder(['move']);
    recorder.task('move').ended(1, 1, 'timeout');
    recorder.pushed('connected');
    recorder.take(about);
    expect(recorder.take(about)).toMatchObject({ tasks: {}, pushes: {}, unsent: 0 });
  });

  it('adds up the labels of a target that invents them without end', () => {
    const recorder = new Recorder([]);
    for (let n = 0; n < 1000; n++) recorder.pushed(`type-${n}`);
    const { pushes } = recorder.take(about);
    expect(Object.keys(pushes).length).toBeLessThanOrEqual(65);
    expect(Object.values(pushes).reduce((a, b) => a + b, 0)).toBe(1000);
  });

  it('takes labels that are properties of every object for what they are', () => {
    const recorder = new Recorder([]);
    recorder.pushed('constructor');
    recorder.pushed('__proto__');
    expect(JSON.stringify(recorder.take(about).pushes)).toBe('{"constructor":1,"__proto__":1}');
  });
});
