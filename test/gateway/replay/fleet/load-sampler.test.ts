import { describe, expect, it } from 'vitest';
import { LoadSampler } from '../../../../gateway/replay/fleet/load-sampler.ts';
import type { FetchText } from '../../../../gateway/wire/text-client.ts';
import { ManualClock } from '../../../support/clock.ts';

const replicas = [0, 1].map((index) => ({
  id: `replica-${index}`,
  url: `http://replica-${index}.test`,
  adminUrl: `http://replica-${index}.test:9`,
}));

const state = (usedTokens: number): string =>
  JSON.stringify({
    load: { runningRequests: 3, waitingRequests: 4, usedTokens, capacityTokens: 200 },
    lateness: { p50Ms: 0.1, p99Ms: 1.5, maxMs: 9, count: 10 },
  });

interface Sampling {
  readonly clock: ManualClock;
  readonly sampler: LoadSampler;
  readonly asked: string[];
}

function sampling(body: (url: string) => string = () => state(50), speed = 1): Sampling {
  const clock = new ManualClock();
  const asked: string[] = [];
  const fetchText: FetchText = (url) => {
    asked.push(url);
    return Promise.resolve({ status: 200, headers: {}, body: body(url) });
  };
  return { clock, asked, sampler: new LoadSampler({ replicas, fetchText, clock, speed }) };
}

/** Lets everything that is under way come to rest. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('LoadSampler', () => {
  it('notes every replica at the start', async () => {
    const { sampler, asked } = sampling();
    sampler.start();
    await settled();
    sampler.stop();

    expect(asked).toEqual(['http://replica-0.test:9/state', 'http://replica-1.test:9/state']);
    expect(sampler.samples[0]).toEqual({
      atMs: 0,
      replica: 'replica-0',
      runningRequests: 3,
      waitingRequests: 4,
      kvCacheUsage: 0.25,
    });
  });

  it('goes on twice a wall second, telling the time of the run', async () => {
    const { sampler, clock } = sampling(undefined, 3);
    sampler.start();
    await settled();
    clock.advance(499);
    await settled();
    expect(sampler.samples).toHaveLength(2);

    clock.advance(1);
    await settled();
    sampler.stop();

    expect(sampler.samples.map(({ atMs }) => atMs)).toEqual([0, 0, 1500, 1500]);
  });

  it('asks nothing more once it has stopped', async () => {
    const { sampler, clock, asked } = sampling();
    sampler.start();
    await settled();
    sampler.stop();
    clock.advance(5000);
    await settled();

    expect(asked).toHaveLength(2);
    expect(clock.timers).toBe(0);
  });

  it('drops what comes in after it has stopped', async () => {
    const { sampler, clock } = sampling();
    sampler.start();
    sampler.stop();
    await settled();

    expect(sampler.samples).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  it.each([
    ['no JSON', '<html>'],
    ['another page', '{}'],
    ['a cache of no size', state(1).replace('200', '0')],
  ])('passes over a replica that shows %s', async (_, text) => {
    const { sampler } = sampling((url) => (url.includes('replica-0') ? text : state(50)));
    sampler.start();
    await settled();
    sampler.stop();

    expect(sampler.samples.map(({ replica }) => replica)).toEqual(['replica-1']);
  });

  it('tells how late the timers of each replica were', async () => {
    const { sampler } = sampling((url) => (url.includes('replica-0') ? '' : state(50)));

    expect(await sampler.lateness()).toEqual([
      { process: 'replica-1', keepsPace: true, p99Ms: 1.5, maxMs: 9, samples: 10 },
    ]);
  });
});
