import { describe, expect, it } from 'vitest';
import {
  kvShares,
  nodesOf,
  slowReplicas,
  tokenGapMs,
  totalsOf,
} from '../../../../../../gateway/server/live/page/model/fleet-figures.ts';
import { anEvent, aPace, aStanding } from '../../../../../support/live-events.ts';

describe('the fleet by node', () => {
  it('is one host by its NUMA nodes', () => {
    const replicas = [
      aStanding({ id: 'a', numaNode: 1 }),
      aStanding({ id: 'b', numaNode: 0 }),
      aStanding({ id: 'c', numaNode: 1 }),
      aStanding({ id: 'd', numaNode: null }),
    ];

    expect(nodesOf(replicas).map((node) => [node.name, node.replicas.map(({ id }) => id)])).toEqual(
      [
        ['NUMA node 1', ['a', 'c']],
        ['NUMA node 0', ['b']],
        ['no NUMA node told', ['d']],
      ],
    );
  });

  it('names the hosts where there are more than one', () => {
    const replicas = [aStanding({ host: 'one' }), aStanding({ host: 'two' })];

    expect(nodesOf(replicas).map(({ name }) => name)).toEqual([
      'one, NUMA node 0',
      'two, NUMA node 0',
    ]);
  });
});

describe('the KV cache of a replica', () => {
  const inFlight = { requests: 2, prefillTokens: 0, kvTokens: 300, kvTokensPeak: 700 };

  it('is held and promised in shares of its capacity', () => {
    const replica = aStanding({ inFlight, others: { requests: 1, kvTokens: 100 } });

    expect(kvShares(replica)).toEqual({ held: 0.3, promised: 0.7, others: 0.1 });
  });

  it('is never more than full, nor less promised than held', () => {
    const full = aStanding({
      inFlight: { ...inFlight, kvTokens: 2_000, kvTokensPeak: 900 },
      others: { requests: 1, kvTokens: 500 },
    });

    expect(kvShares(full)).toEqual({ held: 1, promised: 1, others: 0 });
  });

  it('has no shares while its capacity is not known', () => {
    expect(kvShares(aStanding({ kvCapacityTokens: null }))).toBeUndefined();
    expect(kvShares(aStanding({ kvCapacityTokens: 0 }))).toBeUndefined();
  });
});

describe('the pace of a replica', () => {
  it('is the mean gap of its streams, where it has some and a rate is known', () => {
    expect(tokenGapMs(aStanding({ streams: 4, outputTokensPerSecond: 100 }))).toBe(40);
    expect(tokenGapMs(aStanding({ streams: 0, outputTokensPerSecond: 100 }))).toBeUndefined();
    expect(tokenGapMs(aStanding({ streams: 4, outputTokensPerSecond: null }))).toBeUndefined();
    expect(tokenGapMs(aStanding({ streams: 4, outputTokensPerSecond: 0 }))).toBeUndefined();
  });

  it('is slow beside that of its peers, one of two included', () => {
    const three = [aPace('a', 20), aPace('b', 22), aPace('c', 44)];
    expect([...slowReplicas(three)]).toEqual([['c', 2]]);
    expect([...slowReplicas([aPace('a', 20), aPace('b', 60)])]).toEqual([['b', 3]]);
  });

  it('is not slow up to half as much again', () => {
    expect(slowReplicas([aPace('a', 20), aPace('b', 30)]).size).toBe(0);
    expect(slowReplicas([aPace('a', 20), aPace('b', 30.1)]).size).toBe(1);
  });

  it('is not compared below ten tokens a second, those of a stream that has just begun', () => {
    const begun = (outputTokensPerSecond: number) =>
      slowReplicas([aPace('a', 20), aStanding({ id: 'b', streams: 1, outputTokensPerSecond })]);

    expect([...begun(10)]).toEqual([['b', 5]]);
    expect(begun(9.9).size).toBe(0);
  });

  it('is compared with the same model on the same engine alone', () => {
    const large = aPace('b', 90, { model: 'llama-405b' });
    const other = aPace('c', 90, { engine: 'sglang' });

    expect(slowReplicas([aPace('a', 20), large, other]).size).toBe(0);
  });
});

describe('the totals of the house', () => {
  it('are sums over the replicas, and the longest wait', () => {
    const inFlight = { requests: 3, prefillTokens: 0, kvTokens: 100, kvTokensPeak: 400 };
    const group = { tenant: 'a', priority: 0, requests: 2, promptTokens: 10, oldestMs: 700 };
    const house = anEvent(
      0,
      {},
      {
        waitingRequests: 2,
        waiting: [group, { ...group, oldestMs: 900 }],
        replicas: [
          aStanding({ inFlight, outputTokensPerSecond: 50 }),
          aStanding({ id: 'r1', inFlight, outputTokensPerSecond: 70, state: 'ejected' }),
        ],
      },
    );

    expect(totalsOf(house)).toEqual({
      outputTokensPerSecond: 120,
      inFlight: 6,
      waiting: 2,
      oldestWaitMs: 900,
      kvTokens: 200,
      kvTokensPeak: 800,
      kvCapacityTokens: 2_000,
      ready: 1,
      replicas: 2,
    });
  });

  it('have no rate before one is known', () => {
    const replicas = [aStanding({ outputTokensPerSecond: null })];

    expect(totalsOf(anEvent(0, {}, { replicas })).outputTokensPerSecond).toBeNull();
  });
});
