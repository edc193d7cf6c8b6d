import { describe, expect, it } from 'vitest';

import { says } from '../support/live/answers.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import { connectTo, postJson, rawPost } from '../support/live/raw.ts';
import { presetsOfProtocols } from '../support/live/replica.ts';
import { until, wallMs } from '../support/live/until.ts';

/** From the client's departure to the end of the work in the engine. */
const ABORT_MS_MAX = 50;

/** What is measured so often that a pause of a busy machine does not decide. */
const DEPARTURES = 5;

const TOKENS = 4000;
const prompt = 'A long way to go';

function asking(house: LiveHouse, more: object = {}): object {
  const body = { model: house.replica.model, prompt, max_tokens: TOKENS, ignore_eos: true };
  return { ...body, ...more };
}

/** Posts, and gives what makes the client leave; whatever comes of the answer is thrown away. */
function postAndLeave(house: LiveHouse, body: object): { readonly leave: () => Promise<void> } {
  const leaving = new AbortController();
  const url = `${house.gateway.url}/v1/completions`;
  const answering = postJson(url, body, {}, leaving.signal)
    .then((answer) => answer.text())
    .catch(() => undefined);
  return {
    async leave() {
      leaving.abort();
      await answering;
    },
  };
}

function middle(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? NaN;
}

describe.each(presetsOfProtocols)('a client before %s that leaves', (preset) => {
  it.each([
    ['in the middle of a stream', true],
    ['before its whole answer has come', false],
  ])('%s has its work in the engine ended within 50 ms', async (_when, stream) => {
    await using house = await aHouse({ replicas: [{ preset, speed: 10 }] });
    const { replica } = house;
    const lateness: number[] = [];

    for (let aborted = 1; aborted <= DEPARTURES; aborted += 1) {
      const client = postAndLeave(house, asking(house, { stream }));
      await replica.stateWhere('it decodes', ({ load, tokens }) => {
        return load.runningRequests === 1 && tokens > 0;
      });
      const leftMs = wallMs();
      await client.leave();
      const state = await replica.stateWhere(
        'the work has ended',
        (now) => now.aborted === aborted,
      );
      lateness.push(Number(state.lastAbortAtMs) - leftMs);
    }

    expect(middle(lateness)).toBeLessThan(ABORT_MS_MAX);
    await expectAllReleased(house);
    await expect(house.gateway.counted('requests', { error_type: 'client_closed' })).resolves.toBe(
      DEPARTURES,
    );
  });
});

describe('a client that leaves', () => {
  it('while it sends its body leaves nothing behind, and no engine hears of it', async () => {
    await using house = await aHouse();
    const connection = await connectTo(house.gateway.url);
    const request = rawPost('/v1/completions', JSON.stringify(asking(house)));

    connection.socket.write(request.slice(0, -10));
    await house.gateway.stateWhere('it is inside', ({ openRequests }) => openRequests === 1);
    connection.socket.destroy();

    await expectAllReleased(house);
    await expect(house.replica.received()).resolves.toEqual([]);
    await expect(house.gateway.counted('requests', { error_type: 'client_closed' })).resolves.toBe(
      1,
    );
  });

  it('while it waits for a turn gives its place to the next one', async () => {
    await using house = await aHouse({
      // Room for one of them, and not for two.
      replicas: [{ speed: 10, facts: { kvCapacityTokens: 4800, contextTokensMax: 4800 } }],
    });
    const first = postAndLeave(house, asking(house));
    await house.gateway.stateWhere('one is there', ({ replicas }) => {
      return replicas[0]?.inFlight.requests === 1;
    });

    const second = postAndLeave(house, asking(house));
    await house.gateway.stateWhere('one waits', ({ waitingRequests }) => waitingRequests === 1);
    await second.leave();
    await house.gateway.stateWhere('nobody waits', ({ waitingRequests }) => waitingRequests === 0);
    await expect(house.replica.received()).resolves.toHaveLength(1);

    const third = postAndLeave(house, asking(house));
    await house.gateway.stateWhere('one waits', ({ waitingRequests }) => waitingRequests === 1);
    await first.leave();
    await house.replica.stateWhere('the next one has its turn', ({ generations }) => {
      return generations === 2;
    });
    await third.leave();
    await expectAllReleased(house);
  });

  it.each([
    ['a word', { kind: 'hang' }],
    ['the first token', { kind: 'stall', at: 0 }],
  ])('before the engine has said %s closes the connection there', async (_what, fault) => {
    await using house = await aHouse({ settings: { discovery: { loadIntervalMs: 60_000 } } });
    await house.replica.fails(fault);
    const client = postAndLeave(house, asking(house, { stream: true }));
    await house.replica.stateWhere('it is there', ({ openRequests }) => openRequests === 1);

    const leftMs = wallMs();
    await client.leave();
    await house.replica.stateWhere('it is gone', ({ openRequests }) => openRequests === 0);

    expect(wallMs() - leftMs).toBeLessThan(5 * ABORT_MS_MAX);
    await expectAllReleased(house);
  });

  it('between two attempts is not tried again', async () => {
    await using house = await aHouse({ replicas: [{}, {}] });
    for (const replica of house.replicas) {
      await replica.fails({ kind: 'stall', at: 0 });
      await replica.fails({ kind: 'die', at: 0 });
    }
    const client = postAndLeave(house, asking(house, { stream: true }));
    await until('one has it', async () => {
      const all = await Promise.all(house.replicas.map((replica) => replica.received()));
      return all.flat().length === 1;
    });

    await client.leave();

    await expectAllReleased(house);
    const all = await Promise.all(house.replicas.map((replica) => replica.received()));
    expect(all.flat()).toHaveLength(1);
  });

  it('as the official client does on a signal, throws its own abort', async () => {
    await using house = await aHouse({ replicas: [{ speed: 10 }] });
    const leaving = new AbortController();
    const answering = openAi(house.gateway).chat.completions.create(
      withExtras({ model: house.replica.model, messages: says('Hello'), max_tokens: TOKENS }),
      { signal: leaving.signal },
    );
    await house.replica.stateWhere('it decodes', ({ tokens }) => tokens > 0);

    leaving.abort();

    await expect(answering).rejects.toThrow('Request was aborted.');
    await house.replica.stateWhere('the work has ended', ({ aborted }) => aborted === 1);
    await expectAllReleased(house);
  });

  it('with several requests on one connection ends the one that is open', async () => {
    await using house = await aHouse({ replicas: [{ speed: 10 }] });
    const connection = await connectTo(house.gateway.url);
    const short = rawPost('/v1/completions', JSON.stringify(asking(house, { max_tokens: 2 })));

    connection.socket.write(short);
    await until('the first answer has come', () => connection.received().includes('"usage"'));
    connection.socket.write(rawPost('/v1/completions', JSON.stringify(asking(house))));
    await house.replica.stateWhere('the second is open', (state) => state.generations === 2);
    connection.socket.end();

    await house.replica.stateWhere('the work has ended', ({ aborted }) => aborted === 1);
    await expectAllReleased(house);
  });
});
