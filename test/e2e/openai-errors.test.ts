import { createHash } from 'node:crypto';

import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';

import { says } from '../support/live/answers.ts';
import { LiveGateway } from '../support/live/gateway.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { openAi } from '../support/live/openai.ts';
import { presetsOfProtocols } from '../support/live/replica.ts';
import { until } from '../support/live/until.ts';

const messages = says('Hello');

/** What a call of the official client threw. */
async function thrownBy(call: PromiseLike<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  try {
    await call;
  } catch (error) {
    if (error instanceof OpenAI.APIError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the official client throws', () => {
  it('a BadRequestError that names the field at fault', async () => {
    await using house = await aHouse();
    const { model } = house.replica;
    const chats = openAi(house.gateway).chat.completions;

    const missing = await thrownBy(chats.create({ model, messages: null as never }));
    const wrong = await thrownBy(chats.create({ model, messages, n: 'many' as never }));

    for (const error of [missing, wrong]) {
      expect(error).toBeInstanceOf(OpenAI.BadRequestError);
      expect(error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_request' });
      expect(error.requestID).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(missing.param).toBe('messages');
    expect(wrong.param).toBe('n');
    expect(wrong.message).toBe("400 'n' must be an integer of 1 or more, not a text");
    await expect(house.replica.received()).resolves.toEqual([]);
  });

  it.each(presetsOfProtocols)(
    "the engine's own BadRequestError, as %s words it",
    async (preset) => {
      await using house = await aHouse({ replicas: [{ preset }] });
      const completions = openAi(house.gateway).completions;
      const { model } = house.replica;

      const error = await thrownBy(completions.create({ model, prompt: 'a', temperature: -1 }));

      expect(error).toBeInstanceOf(OpenAI.BadRequestError);
      expect(error.message).toMatch(/temperature/);
      expect(error.type).toEqual(expect.any(String));
      await expectAllReleased(house);
    },
  );

  it('an AuthenticationError without a key, and with an unknown one', async () => {
    const sha256 = createHash('sha256').update('the-key').digest('hex');
    await using house = await aHouse({ settings: { keys: [{ sha256, tenant: 'one' }] } });
    const { model } = house.replica;
    const ask = { model, messages, max_tokens: 1 };

    const error = await thrownBy(openAi(house.gateway).chat.completions.create(ask));
    const listing = await thrownBy(openAi(house.gateway).models.list());
    const right = openAi(house.gateway, { apiKey: 'the-key' });

    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error).toMatchObject({ type: 'authentication_error', code: 'unauthenticated' });
    expect(listing).toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(right.chat.completions.create(ask)).resolves.toMatchObject({ model });
    await expect(right.models.list()).resolves.toMatchObject({ object: 'list' });
  });

  it('a NotFoundError for a model that nobody serves, and for a path that is none', async () => {
    await using house = await aHouse();
    const client = openAi(house.gateway);

    const chat = await thrownBy(client.chat.completions.create({ model: 'gpt-4o', messages }));
    const found = await thrownBy(client.models.retrieve('gpt-4o'));
    const path = await thrownBy(client.files.list());

    for (const error of [chat, found, path]) expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(chat).toMatchObject({
      code: 'model_not_found',
      type: 'not_found_error',
      param: 'model',
    });
    expect(chat.message).toBe(
      "404 No replica serves the model 'gpt-4o': GET /v1/models lists what is served.",
    );
    expect(found.code).toBe('model_not_found');
    expect(path).toMatchObject({
      code: 'not_found',
      message: '404 There is no GET /v1/files here.',
    });
  });

  it.each([
    [403, OpenAI.PermissionDeniedError],
    [409, OpenAI.ConflictError],
    [422, OpenAI.UnprocessableEntityError],
    [429, OpenAI.RateLimitError],
    [500, OpenAI.InternalServerError],
    [503, OpenAI.InternalServerError],
  ])('what an engine answers with %i, for whole answers and streams', async (status, kind) => {
    await using house = await aHouse();
    const completions = openAi(house.gateway).completions;
    await house.replica.fails({ kind: 'status', status });
    const ask = { model: house.replica.model, prompt: 'a' };

    const whole = await thrownBy(completions.create(ask));
    const stream = await thrownBy(completions.create({ ...ask, stream: true }));

    for (const error of [whole, stream]) {
      expect(error).toBeInstanceOf(kind);
      expect(error).toMatchObject({ status, type: 'simulated', code: status });
      expect(error.message).toBe(`${status} Simulated refusal.`);
    }
    await expectAllReleased(house);
  });

  it('an InternalServerError when no replica is there, with the time to come back', async () => {
    await using gateway = await LiveGateway.start({ replicas: [{ url: 'http://127.0.0.1:9' }] });

    const error = await thrownBy(
      openAi(gateway).chat.completions.create({ model: 'a', messages, stream: true }),
    );

    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({ status: 503, code: 'no_replica', type: 'server_error' });
    expect(error.headers?.get('retry-after')).toBe('2');
  });

  it('an InternalServerError when the replica is gone that was there a moment before', async () => {
    await using house = await aHouse({ settings: { discovery: { loadIntervalMs: 10_000 } } });
    const { model } = house.replica;
    await house.replica.stop();

    const error = await thrownBy(
      openAi(house.gateway).chat.completions.create({ model, messages }),
    );

    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({ status: 502, code: 'engine_unreachable', type: 'server_error' });
    await expectAllReleased({ ...house, replicas: [] });
  });
});

describe('the official client tries again by itself', () => {
  it.each([
    { status: 429, retryAfterSeconds: 1 },
    { status: 503, retryAfterSeconds: undefined },
  ])('after $status, and not before Retry-After', async (refusal) => {
    await using house = await aHouse();
    const client = openAi(house.gateway, { maxRetries: 1 });
    await house.replica.fails({ kind: 'status', ...refusal, times: 1 });

    const answer = await client.completions.create({
      model: house.replica.model,
      prompt: 'a',
      max_tokens: 3,
    });

    expect(answer.usage?.completion_tokens).toBe(3);
    const times = (await house.replica.received()).map(({ atMs }) => atMs);
    expect(times).toHaveLength(2);
    // Its own first wait is half a second at most.
    expect(Number(times[1]) - Number(times[0])).toBeGreaterThanOrEqual(995);
  });

  it('until a replica has come', async () => {
    await using house = await aHouse({ settings: { discovery: { failuresMax: 1 } } });
    const { model } = house.replica;
    await house.replica.stop();
    await house.gateway.ready(0);

    const answering = openAi(house.gateway, { maxRetries: 1 })
      .completions.create({ model, prompt: 'a', max_tokens: 3 })
      .withResponse();
    await until('the first try was refused', async () => {
      const page = await (await fetch(`${house.gateway.adminUrl}/metrics`)).text();
      return page.includes('no_replica');
    });
    await house.replica.startAgain();

    const { response } = await answering;
    expect(response.status).toBe(200);
  });
});
