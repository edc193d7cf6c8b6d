import { describe, expect, it } from 'vitest';

import { kvCapacityOfLoads, loads } from '../../../gateway/engines/sglang-loads.ts';
import { capture, withoutCaptures } from '../../support/captures.ts';

const rank = {
  timestamp: 1_700_000_000.25,
  num_running_reqs: 3,
  num_waiting_reqs: 2,
  num_waiting_uncached_tokens: 1500,
  max_total_num_tokens: 20_000,
  max_running_requests: 4,
  token_usage: 0.5,
  gen_throughput: 100,
  cache_hit_rate: 0.25,
  total_prefill_uncached_tokens: 84,
};

function readLoads(...ranks: object[]) {
  const answer = { timestamp: '2023-11-14T22:13:20.750+00:00', loads: ranks };
  return loads.read([JSON.stringify(answer)], { askedMs: 10_000 });
}

describe('SGLang’s own account of its load', () => {
  it('is as old as the scheduler wrote it before the answer, by one clock', () => {
    expect(readLoads(rank)?.load.takenAtMs).toBe(9_500);
    expect(readLoads(rank, { ...rank, timestamp: 1_700_000_000 })?.load.takenAtMs).toBe(9_250);
  });

  it('is taken for fresh where a time is missing or ahead', () => {
    expect(readLoads({ ...rank, timestamp: undefined })?.load.takenAtMs).toBe(10_000);
    expect(readLoads({ ...rank, timestamp: 1_700_000_001 })?.load.takenAtMs).toBe(10_000);
    expect(loads.read([JSON.stringify({ loads: [rank] })], { askedMs: 7 })?.load.takenAtMs).toBe(7);
  });

  it('adds up over ranks, and takes the mean of their shares', () => {
    const idle = {
      ...rank,
      num_running_reqs: 0,
      num_waiting_reqs: 0,
      num_waiting_uncached_tokens: 0,
      token_usage: 0,
      gen_throughput: 0,
      cache_hit_rate: 0.75,
    };
    expect(readLoads(rank, idle)).toEqual({
      load: {
        takenAtMs: 9_500,
        runningRequests: 3,
        waitingRequests: 2,
        waitingTokens: 1500,
        kvCacheUsage: 0.25,
        prefixCacheHitRate: 0.5,
        outputTokensPerSecond: 100,
        runningRequestsMax: 8,
      },
      startedAt: undefined,
      workDone: 168,
    });
  });

  it('leaves out what an older form does not tell', () => {
    const { num_running_reqs, num_waiting_reqs } = rank;
    expect(readLoads({ num_running_reqs, num_waiting_reqs })).toEqual({
      load: { takenAtMs: 10_000, runningRequests: 3, waitingRequests: 2, kvCacheUsage: 0 },
      startedAt: undefined,
      workDone: undefined,
    });
  });

  it('is not there where no rank tells what runs and waits', () => {
    expect(readLoads()).toBeUndefined();
    expect(readLoads({ num_running_reqs: 1 })).toBeUndefined();
    expect(loads.read(['{"detail":"Not Found"}'], { askedMs: 0 })).toBeUndefined();
  });

  it('tells the KV capacity of all ranks', () => {
    expect(kvCapacityOfLoads(JSON.stringify({ loads: [rank, rank] }))).toBe(40_000);
    expect(kvCapacityOfLoads(undefined)).toBeUndefined();
  });
});

describe.skipIf(withoutCaptures)('the account of a real SGLang 0.5.23', () => {
  const readCapture = (name: string) =>
    loads.read([Buffer.concat([...capture(`sglang-0.5.23/${name}`).chunks]).toString()], {
      askedMs: 1000,
    });

  it('tells an idle engine, a millisecond old', () => {
    const reading = readCapture('get-v1loads');
    expect(reading?.load).toMatchObject({
      runningRequests: 0,
      waitingRequests: 0,
      waitingTokens: 0,
    });
    expect(reading?.load.takenAtMs).toBeCloseTo(999.3, 0);
  });

  it('tells one that runs at its limit', () => {
    const reading = readCapture('full-loads');
    expect(reading).toMatchObject({
      load: { runningRequests: 4, runningRequestsMax: 4, kvCacheUsage: 0.0033 },
      workDone: 166,
    });
    expect(reading?.load.takenAtMs).toBeCloseTo(981.3, 0);
  });
});
