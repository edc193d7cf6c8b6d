import { describe, expect, it } from 'vitest';

import {
  STEADY_MS,
  UNHEALTHY_MS_MAX,
  watchReadiness,
} from '../../../deploy/launch/readiness-watch.ts';
import { LaunchTestClock } from '../../support/launched/clock.ts';

/** A replica that answers well while it is told to, and what its watch said. */
class Watched {
  readonly clock: LaunchTestClock = new LaunchTestClock();
  readonly news: string[] = [];
  readonly stop: () => void;
  isGood = false;

  constructor(readyMsMax = 10_000) {
    this.stop = watchReadiness(
      {
        clock: this.clock,
        isReady: async () => Promise.resolve(this.isGood),
        readyMsMax: () => readyMsMax,
      },
      {
        ready: () => this.news.push('ready'),
        steady: () => this.news.push('steady'),
        lost: ({ kind }) => this.news.push(kind),
      },
    );
  }
}

describe('the watch of a replica', () => {
  it('sees it become ready, once', async () => {
    const replica = new Watched();
    await replica.clock.pass(2_000);
    expect(replica.news).toEqual([]);
    replica.isGood = true;
    await replica.clock.pass(20_000);
    expect(replica.news).toEqual(['ready']);
  });

  it('gives it up at the time that it has to load, and not before', async () => {
    const replica = new Watched(10_000);
    await replica.clock.pass(9_999);
    expect(replica.news).toEqual([]);
    await replica.clock.pass(1);
    expect(replica.news).toEqual(['not-ready-in-time']);
    await replica.clock.pass(60_000);
    expect(replica.news).toHaveLength(1);
  });

  it('calls it steady when it has answered well for a minute', async () => {
    const replica = new Watched();
    replica.isGood = true;
    await replica.clock.pass(500 + STEADY_MS - 1);
    expect(replica.news).toEqual(['ready']);
    await replica.clock.pass(1);
    expect(replica.news).toEqual(['ready', 'steady']);
  });

  it('forgives a health page that is silent for as long as a full engine may be', async () => {
    const replica = new Watched();
    replica.isGood = true;
    await replica.clock.pass(500);
    replica.isGood = false;
    await replica.clock.pass(UNHEALTHY_MS_MAX - 1);
    replica.isGood = true;
    await replica.clock.pass(60_000);
    expect(new Set(replica.news)).toEqual(new Set(['ready', 'steady']));
  });

  it('gives it up when it hangs', async () => {
    const replica = new Watched();
    replica.isGood = true;
    await replica.clock.pass(500);
    replica.isGood = false;
    await replica.clock.pass(UNHEALTHY_MS_MAX);
    expect(replica.news.at(-1)).toBe('unhealthy');
  });

  it('says nothing after it was ended', async () => {
    const replica = new Watched();
    replica.isGood = true;
    replica.stop();
    await replica.clock.pass(60_000);
    expect(replica.news).toEqual([]);
  });
});
