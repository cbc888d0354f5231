import { describe, expect, it } from 'vitest';
import { judge } from '../../checks/pubsub-channel.js';

const of = (...channels: (string | undefined)[]) => channels.map((channel, at) => ({ name: `app-${at + 1}`, channel }));

describe('pubsub-channel', () => {
  it('passes where all have the one that is watched, or their default', () => {
    expect(judge(of('events', 'events'), 'events', 'again')).toMatchObject({ status: 'pass', observed: 'app-1: events; app-2: events' });
    expect(judge(of('events', undefined), 'events', 'again')).toMatchObject({ status: 'pass' });
  });

  it('blames the configuration where all agree on another', () => {
    expect(judge(of('live', 'live'), 'events', 'again')).toMatchObject({
      status: 'fail',
      remedy: 'they agree among each other: set infrastructure.redis.channel to live',
    });
  });

  it('blames the odd one where they do not', () => {
    expect(judge(of('events', 'live'), 'events', 'docker compose up -d')).toMatchObject({
      status: 'fail',
      remedy: 'set REDIS_PUBSUB_CHANNEL=events and make app-2 anew: docker compose up -d',
    });
  });

  it('says nothing where no backend does', () => {
    expect(judge(of(undefined), 'events', 'again')).toMatchObject({ status: 'skip' });
  });
});
