import { describe, expect, it } from 'vitest';

import type { LiveHouse } from '../support/live/house.ts';
import { aHouse } from '../support/live/house.ts';
import { postJson } from '../support/live/raw.ts';
import type { LiveReplica } from '../support/live/replica.ts';
import { until } from '../support/live/until.ts';

/** Nobody is taken out before its time: what is tried elsewhere is for the data path to decide. */
const unwatched = { discovery: { failuresMax: 1_000 } };

const DEADLY = 'A prompt that no engine can bear';

function askFor(house: LiveHouse, prompt: string, stream: boolean): Promise<Response> {
  const body = { model: house.replica.model, prompt, max_tokens: 4, stream };
  return postJson(`${house.gateway.url}/v1/completions`, body);
}

/** Resolves with the first of the replicas that has got the deadly request. */
function whoeverHasIt(replicas: readonly LiveReplica[]): Promise<LiveReplica> {
  return until('a replica has it', async () => {
    for (const replica of replicas) {
      const received = await replica.received();
      if (received.some(({ body }) => body.includes(DEADLY))) return replica;
    }
    return false;
  });
}

describe('a request on which replicas die', () => {
  it.each([true, false])(
    'is tried on one more, and never on a third (stream %s)',
    async (stream) => {
      await using house = await aHouse({ replicas: [{}, {}, {}, {}], settings: unwatched });
      for (const replica of house.replicas) {
        await replica.fails({ kind: 'hang', match: { bodyIncludes: DEADLY } });
      }
      const asking = askFor(house, DEADLY, stream);
      const first = await whoeverHasIt(house.replicas);
      const spared = house.replicas.filter((replica) => replica !== first);
      await first.stop();
      const second = await whoeverHasIt(spared);
      await second.stop();
      const answer = await asking;

      expect(answer.status).toBe(422);
      await expect(answer.json()).resolves.toMatchObject({ error: { code: 'query_of_death' } });
      const again = await askFor(house, DEADLY, stream);
      expect(again.status).toBe(422);
      const others = spared.filter((replica) => replica !== second);
      for (const other of others) await expect(other.received()).resolves.toEqual([]);
      const harmless = await askFor(house, 'A prompt like any other', false);
      expect(harmless.status).toBe(200);
      await expect(
        house.gateway.counted('requests', { error_type: 'query_of_death' }),
      ).resolves.toBe(2);
    },
  );
});
