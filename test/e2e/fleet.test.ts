import { describe, expect, it } from 'vitest';

import { readStream, says } from '../support/live/answers.ts';
import { LiveGateway } from '../support/live/gateway.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import { postJson } from '../support/live/raw.ts';
import { LiveReplica } from '../support/live/replica.ts';
import { until } from '../support/live/until.ts';

function ask(gateway: { readonly url: string }, model: string, more = {}): Promise<Response> {
  const body = { model, prompt: 'a', max_tokens: 3, ...more };
  return postJson(`${gateway.url}/v1/completions`, body, { 'x-gateway-replica': 'yes' });
}

function replicaOf(answer: Response): string | null {
  return answer.headers.get('x-gateway-replica');
}

async function readyPage({ url }: { readonly url: string }): Promise<[number, unknown]> {
  const answer = await fetch(`${url}/ready`);
  return [answer.status, await answer.json()];
}

describe('models', () => {
  const twoModels = { replicas: [{ model: 'small' }, { model: 'large' }] };

  it('go to the replicas that serve them', async () => {
    await using house = await aHouse(twoModels);
    const [small, large] = house.replicas.map(({ id }) => id);

    for (let round = 0; round < 5; round += 1) {
      expect(replicaOf(await ask(house.gateway, 'small'))).toBe(small);
      expect(replicaOf(await ask(house.gateway, 'large'))).toBe(large);
    }
    expect((await ask(house.gateway, 'none')).status).toBe(404);
  });

  it('are listed once each, with the aliases of those that are there', async () => {
    await using house = await aHouse({
      replicas: [{ model: 'small' }, { model: 'large' }, { model: 'large' }],
      settings: { models: { aliases: { 'gpt-4o': 'large', lost: 'nowhere' } } },
    });
    const client = openAi(house.gateway);

    const { data } = await client.models.list();

    expect(data.map(({ id }) => id).toSorted()).toEqual(['gpt-4o', 'large', 'small']);
    await expect(client.models.retrieve('gpt-4o')).resolves.toMatchObject({ id: 'gpt-4o' });
    await expect(client.models.retrieve('lost')).rejects.toMatchObject({ status: 404 });
  });

  it('with a slash in their names are found by them', async () => {
    await using house = await aHouse();
    const { model } = house.replica;

    const escaped = await openAi(house.gateway).models.retrieve(model);
    const plain = await fetch(`${house.gateway.url}/v1/models/${model}`);

    expect(model).toContain('/');
    expect(escaped.id).toBe(model);
    await expect(plain.json()).resolves.toMatchObject({ id: model });
  });

  it('by an alias are asked for by their own name', async () => {
    await using house = await aHouse({
      ...twoModels,
      settings: { models: { aliases: { 'gpt-4o': 'large' } } },
    });

    const answer = await openAi(house.gateway).chat.completions.create({
      model: 'gpt-4o',
      messages: says('Hello'),
      max_completion_tokens: 3,
    });

    expect(answer.usage?.completion_tokens).toBe(3);
    const received = await house.replicas[1]?.received();
    expect(JSON.parse(received?.[0]?.body ?? '')).toEqual({
      model: 'large',
      messages: says('Hello'),
      max_completion_tokens: 3,
    });
  });

  it("of SGLang's own API, which names none, go to a replica that speaks it", async () => {
    await using house = await aHouse({
      replicas: [{}, { preset: 'sglang-current-8xh100-tp8' }],
    });

    for (let round = 0; round < 5; round += 1) {
      const answer = await postJson(
        `${house.gateway.url}/generate`,
        { text: 'a', sampling_params: { max_new_tokens: 2 } },
        { 'x-gateway-replica': 'yes' },
      );
      expect(answer.status).toBe(200);
      expect(replicaOf(answer)).toBe(house.replicas[1]?.id);
    }
  });
});

describe('a replica that is down at the start', () => {
  it('is waited for; /ready says so and requests are told when to come back', async () => {
    await using replica = await LiveReplica.start();
    await replica.stop();
    await using gateway = await LiveGateway.start({ replicas: [{ url: replica.url }] });

    const reason = 'no replica is ready';
    const states = { [replica.id]: 'starting' };
    await expect(readyPage(gateway)).resolves.toEqual([
      503,
      { ready: false, reason, replicas: states },
    ]);
    const refused = await ask(gateway, replica.model);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('2');

    await replica.startAgain();
    await gateway.ready(1);
    await expect(readyPage(gateway)).resolves.toEqual([
      200,
      { ready: true, replicas: { [replica.id]: 'ready' } },
    ]);
    expect((await ask(gateway, replica.model)).status).toBe(200);
  });

  it('does not hold up the others', async () => {
    await using late = await LiveReplica.start();
    await using there = await LiveReplica.start();
    // Last, so that nothing that starts here is given its port.
    await late.stop();
    await using gateway = await LiveGateway.start({
      replicas: [{ url: late.url }, { url: there.url }],
    });

    await gateway.ready(1);
    expect(replicaOf(await ask(gateway, there.model))).toBe(there.id);
    await late.startAgain();
    await gateway.ready(2);
  });

  it('may come as another engine than it was', async () => {
    await using house = await aHouse({ settings: { discovery: { failuresMax: 1 } } });
    const port = Number(new URL(house.replica.url).port);
    await house.replica.stop();
    await house.gateway.ready(0);

    await using other = await LiveReplica.start({ preset: 'sglang-current-8xh100-tp8', port });
    await house.gateway.ready(1);

    const { replicas } = await house.gateway.state();
    expect(replicas[0]).toMatchObject({ engine: 'sglang', engineVersion: '0.5.23' });
    expect((await ask(house.gateway, other.model)).status).toBe(200);
  });
});

describe('a replica that dies', () => {
  /** Requests one after another for as long as `goesOn`; each must be answered. */
  async function keepAsking(house: LiveHouse, goesOn: () => boolean): Promise<string[]> {
    const answeredBy: string[] = [];
    while (goesOn()) {
      const answer = await ask(house.gateway, house.replica.model);
      expect(answer.status).toBe(200);
      answeredBy.push(replicaOf(answer) ?? '');
      await answer.text();
    }
    return answeredBy;
  }

  it('costs its open streams alone, is out at once, and comes back', async () => {
    await using house = await aHouse({
      replicas: [{ speed: 10 }, { speed: 10 }],
      settings: { resume: { mode: 'off' } },
    });
    const [killed, sound] = house.replicas;
    if (killed === undefined || sound === undefined) throw new Error('two replicas');
    const { model } = killed;
    const streams = [0, 1].map(() =>
      readStream(
        openAi(house.gateway).completions.create(
          withExtras({ model, prompt: 'a', max_tokens: 300, stream: true }),
        ),
      ),
    );
    for (const one of house.replicas) {
      await one.stateWhere('it streams', ({ load, tokens }) => {
        return load.runningRequests === 1 && tokens > 0;
      });
    }

    await killed.stop();
    let isOut = false;
    const asking = keepAsking(house, () => !isOut);
    await house.gateway.stateWhere('it is out', ({ replicas }) => {
      return replicas.find(({ id }) => id === killed.id)?.state === 'ejected';
    });
    isOut = true;
    const answeredBy = await asking;
    const ended = await Promise.all(streams);

    expect(new Set(answeredBy)).toEqual(new Set([sound.id]));
    expect(ended.filter(({ thrown }) => thrown === undefined)).toHaveLength(1);
    expect(ended.find(({ thrown }) => thrown !== undefined)?.thrown).toMatchObject({
      code: 'engine_failed',
    });

    await killed.startAgain();
    await house.gateway.ready(2);
    const before = (await killed.received()).length;
    await until('it is asked again', async () => {
      await (await ask(house.gateway, model)).text();
      return (await killed.received()).length > before;
    });
    await expectAllReleased(house);
  });

  it('is out after so many refused connections, before any check finds it', async () => {
    const blind = { loadIntervalMs: 60_000, healthIntervalMs: 60_000, failuresMax: 3 };
    await using house = await aHouse({
      replicas: [{}, {}],
      settings: { discovery: blind, routing: { policy: 'round-robin' } },
    });
    await house.replica.stop();

    await until('it is out', async () => {
      const answer = await ask(house.gateway, house.replica.model);
      expect(answer.status).toBe(200);
      await answer.text();
      const { replicas } = await house.gateway.state();
      return replicas[0]?.state === 'ejected';
    });

    await expect(
      house.gateway.counted('attempts', {
        replica: house.replica.id,
        error_type: 'engine_unreachable',
      }),
    ).resolves.toBe(3);
  });

  it('and is back before anyone saw it is known anew', async () => {
    await using house = await aHouse();
    await house.replica.fails({ kind: 'restart' });

    await until('the restart is seen', async () => {
      return (await house.gateway.counted('replicaEvents', { event: 'restarted' })) > 0;
    });
    await house.gateway.ready(1);

    expect((await ask(house.gateway, house.replica.model)).status).toBe(200);
    await expectAllReleased(house);
  });

  it('as the last one, gives 503 until it is back', async () => {
    await using house = await aHouse();
    const { model } = house.replica;
    await house.replica.fails({ kind: 'refuse' });
    await house.gateway.ready(0);

    const refused = await ask(house.gateway, model);
    await house.replica.heals();
    await house.gateway.ready(1);

    expect(refused.status).toBe(503);
    await expect(refused.json()).resolves.toMatchObject({ error: { code: 'no_replica' } });
    expect((await ask(house.gateway, model)).status).toBe(200);
  });
});

describe('requests that wait', () => {
  it('go on to a replica that has come meanwhile', async () => {
    const facts = { kvCapacityTokens: 4800, contextTokensMax: 4800 };
    await using late = await LiveReplica.start({ facts });
    await late.stop();
    await using busy = await LiveReplica.start({ facts, speed: 10 });
    await using gateway = await LiveGateway.start({
      replicas: [{ url: late.url }, { url: busy.url }],
    });
    await gateway.ready(1);
    const long = { max_tokens: 4000, ignore_eos: true };
    const leaving = new AbortController();
    const first = postJson(
      `${gateway.url}/v1/completions`,
      { model: busy.model, prompt: 'a', ...long },
      {},
      leaving.signal,
    ).catch(() => undefined);
    await busy.stateWhere('it runs', ({ load }) => load.runningRequests === 1);

    const second = ask(gateway, late.model, long);
    await gateway.stateWhere('one waits', ({ waitingRequests }) => waitingRequests === 1);
    await late.startAgain();

    expect(replicaOf(await second)).toBe(late.id);
    leaving.abort();
    await first;
    await gateway.empty();
  });

  it('are told when the last replica that could serve them is gone', async () => {
    const facts = { kvCapacityTokens: 4800, contextTokensMax: 4800 };
    await using house = await aHouse({ replicas: [{ facts, speed: 10 }] });
    const long = { max_tokens: 4000, ignore_eos: true };
    const first = ask(house.gateway, house.replica.model, long);
    await house.replica.stateWhere('it runs', ({ load }) => load.runningRequests === 1);
    const second = ask(house.gateway, house.replica.model, long);
    await house.gateway.stateWhere('one waits', ({ waitingRequests }) => waitingRequests === 1);

    await house.replica.stop();

    const answers = await Promise.all([first, second]);
    expect(answers.map(({ status }) => status)).toEqual([502, expect.any(Number)]);
    expect([502, 503]).toContain(answers[1].status);
    await house.gateway.empty();
  });
});
