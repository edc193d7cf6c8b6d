import { describe, expect, it } from 'vitest';

import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { postJson } from '../support/live/raw.ts';
import type { LiveReplica } from '../support/live/replica.ts';
import { presetsOfProtocols } from '../support/live/replica.ts';
import { until } from '../support/live/until.ts';

const BURST = 200;

/** Slow enough that none of a burst ends before the last one has come. */
const speed = 2;

interface Burst extends AsyncDisposable {
  /** How many requests each replica got. */
  readonly shares: readonly number[];
}

/** Sends equal requests all at once and waits until replicas have them all; they leave with the test. */
async function aBurst({ gateway, replicas, replica }: LiveHouse, count = BURST): Promise<Burst> {
  const body = { model: replica.model, prompt: 'the same words', max_tokens: 500 };
  const leaving = new AbortController();
  const before = await generationsAt(replicas);
  const answers = Array.from({ length: count }, () =>
    postJson(`${gateway.url}/v1/completions`, body, {}, leaving.signal)
      .then((answer) => answer.text())
      .catch(() => undefined),
  );
  const shares = await until('all have been handed on', async () => {
    const now = await generationsAt(replicas);
    const got = now.map((generations, index) => generations - (before[index] ?? 0));
    return got.reduce((sum, share) => sum + share, 0) === count && got;
  });
  return {
    shares,
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await Promise.all(answers);
    },
  };
}

function generationsAt(replicas: readonly LiveReplica[]): Promise<number[]> {
  return Promise.all(replicas.map(async (one) => (await one.state()).generations));
}

describe('a burst of equal requests', () => {
  it.each(presetsOfProtocols)('is halved between two of %s', async (preset) => {
    await using house = await aHouse({
      replicas: [
        { preset, speed },
        { preset, speed },
      ],
    });
    {
      await using burst = await aBurst(house);

      expect(burst.shares).toEqual([BURST / 2, BURST / 2]);
    }
    await expectAllReleased(house);
  });

  it.each(['vllm-0.5.5-8xh100-tp8', 'sglang-current-8xh100-tp8'])(
    'is halved between two of %s whose metrics stand still',
    async (preset) => {
      await using house = await aHouse({
        replicas: [
          { preset, speed },
          { preset, speed },
        ],
      });
      for (const replica of house.replicas) await replica.fails({ kind: 'frozen-metrics' });

      await using burst = await aBurst(house);

      expect(burst.shares).toEqual([BURST / 2, BURST / 2]);
    },
  );

  it.each(['least-requests', 'round-robin'])('is halved by %s', async (policy) => {
    await using house = await aHouse({
      replicas: [{ speed }, { speed }],
      settings: { routing: { policy } },
    });

    await using burst = await aBurst(house);

    expect(burst.shares).toEqual([BURST / 2, BURST / 2]);
  });

  it('is spread by power-of-two over three, nobody left out', async () => {
    await using house = await aHouse({
      replicas: [{ speed }, { speed }, { speed }],
      settings: { routing: { policy: 'power-of-two' } },
    });

    await using burst = await aBurst(house);

    for (const share of burst.shares) expect(share).toBeGreaterThan(BURST / 5);
  });

  it('never meets a replica that is down', async () => {
    await using house = await aHouse({ replicas: [{ speed }, { speed }, { speed }] });
    const [down, ...sound] = house.replicas;
    await down?.stop();
    await house.gateway.ready(2);

    await using burst = await aBurst({ ...house, replicas: sound });

    expect(burst.shares).toEqual([BURST / 2, BURST / 2]);
    await expect(
      house.gateway.counted('attempts', { error_type: 'engine_unreachable' }),
    ).resolves.toBe(0);
  });

  it('goes to the idle one of two while the other serves somebody else', async () => {
    await using house = await aHouse({ replicas: [{ speed }, { speed }] });
    const { model } = house.replica;
    const leaving = new AbortController();
    const others = Array.from({ length: 60 }, () =>
      postJson(
        `${house.replica.url}/v1/completions`,
        { model, prompt: 'word '.repeat(500), max_tokens: 4000, ignore_eos: true },
        {},
        leaving.signal,
      ).catch(() => undefined),
    );
    await until('the gateway has seen them', async () => {
      const { replicas } = await house.gateway.state();
      return (replicas[0]?.load?.runningRequests ?? 0) >= others.length;
    });

    await using burst = await aBurst(house, 10);

    expect(burst.shares).toEqual([0, 10]);
    leaving.abort();
    await Promise.all(others);
  });
});
