import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { LiveGateway } from '../support/live/gateway.ts';
import { aHouse } from '../support/live/house.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import { postJson } from '../support/live/raw.ts';
import {
  aScriptedEngine,
  scriptedModel,
  scriptedReplica,
} from '../support/live/scripted-engine.ts';

const sglang = { preset: 'sglang-current-8xh100-tp8' };
const oldSglang = { preset: 'sglang-0.2.14-8xh100-tp8' };
const adminKey = 'key-of-admin';
const withAdminKey = {
  adminKey,
  settings: { admin: { keySha256: createHash('sha256').update(adminKey).digest('hex') } },
};

describe('what benchmark clients ask before a run', () => {
  it.each([
    ['/get_model_info', [sglang], 'model_path'],
    ['/get_server_info', [sglang], 'version'],
    ['/server_info', [sglang], 'version'],
    ['/get_model_info', [oldSglang], 'model_path'],
    ['/version', [{}], 'version'],
    // The first one does not know the path.
    ['/get_model_info', [{}, sglang], 'model_path'],
  ])('GET %s is answered by a replica that knows it', async (path, replicas, member) => {
    await using house = await aHouse({ replicas });

    const answer = await fetch(`${house.gateway.url}${path}`);

    expect(answer.status).toBe(200);
    await expect(answer.json()).resolves.toHaveProperty(member);
  });

  it('is answered as the last replica does where none knows it', async () => {
    await using house = await aHouse();

    expect((await fetch(`${house.gateway.url}/get_model_info`)).status).toBe(404);
  });

  it('is 503 where no replica is there', async () => {
    await using gateway = await LiveGateway.start({ replicas: [{ url: 'http://127.0.0.1:9' }] });

    const answer = await fetch(`${gateway.url}/version`);

    expect(answer.status).toBe(503);
    await expect(answer.json()).resolves.toMatchObject({ error: { code: 'no_replica' } });
  });
});

describe('flushing the caches', () => {
  it.each(['GET', 'POST'])('by %s empties every replica, and tells of each', async (method) => {
    await using house = await aHouse({ replicas: [sglang, oldSglang, sglang] });

    const answer = await fetch(`${house.gateway.url}/flush_cache`, { method });

    expect(answer.status).toBe(200);
    await expect(answer.json()).resolves.toEqual(
      Object.fromEntries(house.replicas.map(({ id }) => [id, 200])),
    );
  });

  it('really empties them', async () => {
    await using house = await aHouse({ replicas: [sglang] });
    const { chat } = openAi(house.gateway);
    const content = 'the same long words again '.repeat(100);
    const body = { model: house.replica.model, messages: [{ role: 'user' as const, content }] };
    const cached = async (): Promise<number> => {
      const { usage } = await chat.completions.create(withExtras(body, { max_tokens: 1 }));
      return usage?.prompt_tokens_details?.cached_tokens ?? 0;
    };

    await expect(cached()).resolves.toBe(0);
    await expect(cached()).resolves.toBeGreaterThan(0);
    await fetch(`${house.gateway.url}/flush_cache`);
    await expect(cached()).resolves.toBe(0);
  });

  it.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])(
    'is refused behind a proxy, which %s gives away',
    async (header) => {
      await using house = await aHouse({ replicas: [sglang] });

      const answer = await fetch(`${house.gateway.url}/flush_cache`, {
        headers: { [header]: '127.0.0.1' },
      });

      expect(answer.status).toBe(403);
      await expect(answer.json()).resolves.toMatchObject({
        error: { code: 'forbidden', type: 'permission_error' },
      });
    },
  );

  it('is granted behind a proxy to the bearer of the admin key alone', async () => {
    await using house = await aHouse({ replicas: [sglang], ...withAdminKey });
    const flush = async (key: string): Promise<number> => {
      const headers = { 'x-forwarded-for': '10.0.0.1', authorization: `Bearer ${key}` };
      return (await fetch(`${house.gateway.url}/flush_cache`, { headers })).status;
    };

    await expect(flush('wrong')).resolves.toBe(403);
    await expect(flush(adminKey)).resolves.toBe(200);
  });

  it('tells which replica cannot do it', async () => {
    await using house = await aHouse({ replicas: [sglang, {}] });

    const answer = await fetch(`${house.gateway.url}/flush_cache`);

    await expect(answer.json()).resolves.toEqual({
      [house.replicas[0]?.id ?? '']: 200,
      [house.replicas[1]?.id ?? '']: 404,
    });
  });
});

describe('calls that generate nothing', () => {
  const answers: Readonly<Record<string, object>> = {
    '/v1/embeddings': {
      object: 'list',
      model: scriptedModel,
      data: [{ object: 'embedding', index: 0, embedding: 'AACAPwAAAEA=' }],
      usage: { prompt_tokens: 2, total_tokens: 2 },
    },
    '/tokenize': { count: 2, max_model_len: 9, tokens: [1, 2] },
    '/detokenize': { prompt: 'a b' },
    '/v1/rerank': { id: 'r', results: [{ index: 0, relevance_score: 0.5 }] },
    '/v1/score': { id: 's', data: [{ index: 0, score: 0.5 }] },
  };

  it('embeddings reach the official client as numbers', async () => {
    await using engine = await aScriptedEngine(({ path, response }) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answers[path]));
    });
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);

    const { data, usage } = await openAi(gateway).embeddings.create({
      model: scriptedModel,
      input: 'a b',
    });

    expect(data[0]?.embedding).toEqual([1, 2]);
    expect(usage.prompt_tokens).toBe(2);
    expect(JSON.parse(engine.calls[0]?.body ?? '')).toEqual({
      model: scriptedModel,
      input: 'a b',
      encoding_format: 'base64',
    });
  });

  it.each(Object.keys(answers))('%s passes both ways, byte for byte', async (path) => {
    await using engine = await aScriptedEngine(({ response }) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answers[path]));
    });
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);
    const body = { model: scriptedModel, prompt: 'a b', unknown: [1] };

    const answer = await postJson(`${gateway.url}${path}`, body);

    await expect(answer.text()).resolves.toBe(JSON.stringify(answers[path]));
    expect(engine.calls.map((call) => [call.path, call.body])).toEqual([
      [path, JSON.stringify(body)],
    ]);
    expect((await gateway.empty()).replicas[0]?.inFlight.requests).toBe(0);
  });

  it('are tokenised and put together again by a simulated replica', async () => {
    await using house = await aHouse();
    const { model } = house.replica;
    const call = async (path: string, body: object): Promise<Readonly<Record<string, unknown>>> => {
      const answer = await postJson(`${house.gateway.url}${path}`, { model, ...body });
      return (await answer.json()) as Readonly<Record<string, unknown>>;
    };
    const { choices } = await openAi(house.gateway).completions.create({
      model,
      prompt: 'a',
      max_tokens: 5,
    });

    const { tokens } = await call('/tokenize', { prompt: choices[0]?.text });
    const { prompt } = await call('/detokenize', { tokens });

    expect(tokens).toHaveLength(5);
    expect(prompt).toBe(choices[0]?.text);
  });

  it('that an engine does not have come back as its own 404', async () => {
    await using house = await aHouse();

    const answer = await postJson(`${house.gateway.url}/v1/rerank`, { model: house.replica.model });

    expect(answer.status).toBe(404);
  });
});
