import { describe, expect, it } from 'vitest';

import { readStream } from '../support/live/answers.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import { connectTo, postJson, rawPost } from '../support/live/raw.ts';
import type { LiveReplica } from '../support/live/replica.ts';
import { Traffic } from '../support/live/traffic.ts';
import { until } from '../support/live/until.ts';

function ask({ gateway, replica }: LiveHouse, more = {}): Promise<Response> {
  const body = { model: replica.model, prompt: 'a', max_tokens: 3, ...more };
  return postJson(`${gateway.url}/v1/completions`, body, { 'x-gateway-replica': 'yes' });
}

function stream({ gateway, replica }: LiveHouse, tokens: number) {
  return readStream(
    openAi(gateway).completions.create(
      withExtras({ model: replica.model, prompt: 'a', max_tokens: tokens, stream: true }),
    ),
  );
}

function isIn(house: LiveHouse, { id }: LiveReplica, ...states: readonly string[]) {
  return house.gateway.stateWhere(`${id} is ${states.join(' or ')}`, ({ replicas }) =>
    replicas.some((one) => one.id === id && states.includes(one.state)),
  );
}

async function statesOf({ gateway }: LiveHouse): Promise<readonly string[]> {
  return (await gateway.state()).replicas.map(({ state }) => state);
}

/** Sends `count` requests, some at a time, and tells their statuses, each once. */
async function flood(house: LiveHouse, count: number): Promise<readonly number[]> {
  const statuses = new Set<number>();
  let left = count;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const answer = await ask(house);
      await answer.arrayBuffer();
      statuses.add(answer.status);
    }
  };
  await Promise.all(Array.from({ length: 20 }, client));
  return [...statuses];
}

/** Sends 10,000 requests over twenty connections, and tells how many were answered with `status`. */
async function tenThousandTimes({ gateway, replica }: LiveHouse, status: string): Promise<number> {
  const body = JSON.stringify({ model: replica.model, prompt: 'a', max_tokens: 3 });
  const path = '/v1/completions';
  const requests = rawPost(path, body).repeat(499) + rawPost(path, body, { connection: 'close' });
  const counts = Array.from({ length: 20 }, async () => {
    const { socket, closed } = await connectTo(gateway.url);
    socket.write(requests);
    return (await closed).split(status).length - 1;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

async function allFail(house: LiveHouse, rule: Readonly<Record<string, unknown>>): Promise<void> {
  await Promise.all(house.replicas.map((replica) => replica.fails(rule)));
}

describe('what is not the fault of replicas', () => {
  // Ten seconds of work, and some times that on a machine that does other things too.
  it('takes none of them out: 10,000 requests that are wrong', { timeout: 180_000 }, async () => {
    await using house = await aHouse({ replicas: [{}, {}] });
    await allFail(house, { kind: 'status', status: 400 });

    expect(await tenThousandTimes(house, 'HTTP/1.1 400 ')).toBe(10_000);

    expect(await statesOf(house)).toEqual(['ready', 'ready']);
    await expect(house.gateway.counted('replicaEjections')).resolves.toBe(0);
  });

  it.each([429, 503])(
    'takes none of them out: 500 answers of %i, that they are full',
    async (status) => {
      await using house = await aHouse({ replicas: [{}, {}] });
      await allFail(house, { kind: 'status', status });

      expect(await flood(house, 500)).toEqual([status]);

      expect(await statesOf(house)).toEqual(['ready', 'ready']);
    },
  );

  it('takes none of them out: clients that leave', async () => {
    await using house = await aHouse({ replicas: [{ speed: 1 }] });
    for (let count = 0; count < 20; count += 1) {
      const leaving = new AbortController();
      const body = { model: house.replica.model, prompt: 'a', max_tokens: 500 };
      const url = `${house.gateway.url}/v1/completions`;
      const asking = postJson(url, body, {}, leaving.signal).catch(() => undefined);
      await house.replica.stateWhere('it works', ({ openGenerations }) => openGenerations > 0);
      leaving.abort();
      await asking;
      await house.replica.idle();
    }
    expect(await statesOf(house)).toEqual(['ready']);
  });
});

describe('a replica that answers its checks and fails its requests', () => {
  it('is left out, nobody notices, and it is back when it is well', async () => {
    await using house = await aHouse({ replicas: [{}, {}, {}, {}] });
    const bad = house.replica;
    const traffic = new Traffic(house, { clients: 8 });
    await bad.fails({ kind: 'status', status: 500 });
    await isIn(house, bad, 'suspended');
    await bad.heals();
    await isIn(house, bad, 'ready');
    await traffic.stop();

    expect(traffic.statuses).toEqual([200]);
    await expect(
      house.gateway.counted('replicaEjections', { replica: bad.id, reason: 'errors' }),
    ).resolves.toBe(1);
    await expectAllReleased(house);
  });

  it('is tried by one request, and by no other before that has shown something', async () => {
    await using house = await aHouse({ replicas: [{}, {}, {}, {}] });
    const bad = house.replica;
    const traffic = new Traffic(house, { clients: 8 });
    await bad.fails({ kind: 'status', status: 500 });
    await isIn(house, bad, 'suspended');
    await bad.heals();
    await bad.fails({ kind: 'hang' });
    const { generations } = await bad.state();

    await isIn(house, bad, 'probing');
    const { length } = traffic.served;
    await until('many more are served', () => traffic.served.length > length + 200);

    expect((await bad.state()).openRequests).toBe(1);
    expect((await bad.state()).generations - generations).toBeLessThanOrEqual(1);
    await bad.heals();
    await bad.fails({ kind: 'restart' });
    await traffic.stop();
    expect(traffic.statuses).toEqual([200]);
  });

  it('like all others is not left out: bad answers are better than none', async () => {
    await using house = await aHouse({ replicas: [{}, {}, {}, {}] });
    await allFail(house, { kind: 'status', status: 500 });
    expect(await flood(house, 300)).toEqual([500]);

    const states = await statesOf(house);
    expect(states.filter((state) => state !== 'ready').length).toBeLessThanOrEqual(1);
    await Promise.all(house.replicas.map((replica) => replica.heals()));
    expect((await ask(house)).status).toBe(200);
  });
});

describe('a replica that dies', () => {
  it('with many streams gets one mark, and is used again when its port answers', async () => {
    await using house = await aHouse({ replicas: [{ speed: 10 }, { speed: 10 }] });
    const [killed] = house.replicas;
    if (killed === undefined) throw new Error('two replicas');
    const streams = Array.from({ length: 50 }, () => stream(house, 600));
    await killed.stateWhere('it streams', ({ load }) => load.runningRequests > 10);

    await killed.stop();
    await isIn(house, killed, 'ejected');
    await Promise.all(streams);
    await killed.startAgain();
    const upMs = performance.now();
    await until('it is used again', async () => {
      return (await ask(house)).headers.get('x-gateway-replica') === killed.id;
    });

    expect(performance.now() - upMs).toBeLessThan(10 * 1_000);
    await expect(house.gateway.counted('replicaEjections', { replica: killed.id })).resolves.toBe(
      1,
    );
  });

  it('again and again costs no request an answer while another one is alive', async () => {
    await using house = await aHouse({ replicas: [{}, {}, {}, {}] });
    const traffic = new Traffic(house, { clients: 8 });
    for (let round = 0; round < 8; round += 1) {
      const replica = house.replicas[round % 4];
      if (replica === undefined) throw new Error('four replicas');
      await replica.stop();
      await isIn(house, replica, 'ejected');
      await replica.startAgain();
      await isIn(house, replica, 'ready');
    }
    await traffic.stop();

    expect(traffic.statuses).toEqual([200]);
    expect(traffic.served.every(({ isWhole }) => isWhole)).toBe(true);
    expect(new Set(traffic.served.map(({ replica }) => replica)).size).toBe(4);
    await expectAllReleased(house);
  });

  it('and comes back twice a second costs no request an answer', async () => {
    await using house = await aHouse({ replicas: [{}, {}] });
    const flapping = house.replica;
    const traffic = new Traffic(house, { clients: 4 });
    for (let flaps = 0; flaps < 6; flaps += 1) {
      await flapping.fails({ kind: 'refuse', how: 'reset' });
      await until('some are served', () => traffic.served.length > 50 * flaps);
      await flapping.heals();
    }
    await house.gateway.ready(2);
    await traffic.stop();

    expect(traffic.statuses).toEqual([200]);
    await expectAllReleased(house);
  });

  it('with all others gives 503 at once, and full service when they are up', async () => {
    await using house = await aHouse({ replicas: [{}, {}, {}] });
    await Promise.all(house.replicas.map((replica) => replica.stop()));
    await house.gateway.ready(0);

    const sentMs = performance.now();
    const refused = await ask(house);
    const refusedMs = performance.now() - sentMs;
    await Promise.all(house.replicas.map((replica) => replica.startAgain()));
    const upMs = performance.now();
    await house.gateway.ready(3);
    const readyMs = performance.now() - upMs;

    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(refusedMs).toBeLessThan(10 * 50);
    expect(readyMs).toBeLessThan(10 * 3_000);
    expect(await flood(house, 50)).toEqual([200]);
  });
});

describe('a replica that is drained', () => {
  function mark(house: LiveHouse, { id }: LiveReplica, what: 'drain' | 'undrain') {
    const url = `${house.gateway.adminUrl}/admin/replicas/${encodeURIComponent(id)}/${what}`;
    return fetch(url, { method: 'POST' });
  }

  it('finishes what it has, gets nothing more, and is back when it is undrained', async () => {
    await using house = await aHouse({ replicas: [{ speed: 10 }, { speed: 10 }] });
    const [drained, other] = house.replicas;
    if (drained === undefined || other === undefined) throw new Error('two replicas');
    const streams = [stream(house, 1_000), stream(house, 1_000)];
    await drained.stateWhere('it streams', ({ load }) => load.runningRequests === 1);

    expect((await mark(house, drained, 'drain')).status).toBe(200);
    for (let count = 0; count < 10; count += 1) {
      expect((await ask(house)).headers.get('x-gateway-replica')).toBe(other.id);
    }
    const ended = await Promise.all(streams);
    expect(ended.map(({ finishReason }) => finishReason)).toEqual(['length', 'length']);
    await isIn(house, drained, 'draining');

    await mark(house, drained, 'undrain');
    await until('it is asked again', async () => {
      return (await ask(house)).headers.get('x-gateway-replica') === drained.id;
    });
    expect((await mark(house, { id: 'nobody' } as LiveReplica, 'drain')).status).toBe(404);
  });

  it('stays drained over its restart', async () => {
    await using house = await aHouse({ replicas: [{}, {}] });
    await mark(house, house.replica, 'drain');
    await house.replica.stop();
    await isIn(house, house.replica, 'ejected');
    await house.replica.startAgain();
    await isIn(house, house.replica, 'draining');
    await mark(house, house.replica, 'undrain');
    await house.gateway.ready(2);
    expect((await ask(house)).status).toBe(200);
  });
});
