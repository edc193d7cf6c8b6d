import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { chatPrompt, readStream, rightAnswer, says } from '../support/live/answers.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { openAi, recordedOpenAi, withExtras } from '../support/live/openai.ts';
import { presetsOfProtocols } from '../support/live/replica.ts';

/** Short enough that no answer here ends by itself: SGLang 0.2.14 knows no `ignore_eos` in chats. */
const MAX_TOKENS = 16;
const messages = says('Name three colours, and why.');
const prompt = 'Once upon a time there was a gateway';

const rightChat = rightAnswer(chatPrompt(messages), MAX_TOKENS);
const rightText = rightAnswer(prompt, MAX_TOKENS);

describe.each(presetsOfProtocols)('the official client before %s', (preset) => {
  let house: LiveHouse;
  let client: OpenAI;
  let model: string;

  beforeAll(async () => {
    house = await aHouse({ replicas: [{ preset }, { preset }] });
    client = openAi(house.gateway);
    ({ model } = house.replica);
  });

  afterAll(async () => {
    await expectAllReleased(house);
    await house[Symbol.asyncDispose]();
  });

  it('gets a chat in one piece, with its usage', async () => {
    const answer = await client.chat.completions.create(
      withExtras({ model, messages, max_tokens: MAX_TOKENS }),
    );

    expect(answer.choices[0]?.message).toMatchObject({ role: 'assistant', content: rightChat });
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(answer.usage?.completion_tokens).toBe(MAX_TOKENS);
    expect(answer.usage?.prompt_tokens).toBe(chatPrompt(messages).length);
  });

  it('streams a chat, word for word', async () => {
    const stream = await readStream(
      client.chat.completions.create(
        withExtras({ model, messages, max_tokens: MAX_TOKENS, stream: true as const }),
      ),
    );

    expect(stream).toMatchObject({ text: rightChat, finishReason: 'length', thrown: undefined });
    expect(stream.usage).toBeUndefined();
  });

  it('gets usage at the end of a stream that it has asked for it', async () => {
    const stream = await readStream(
      client.chat.completions.create(
        withExtras({
          model,
          messages,
          max_tokens: MAX_TOKENS,
          stream: true as const,
          stream_options: { include_usage: true },
        }),
      ),
    );

    expect(stream).toMatchObject({ text: rightChat, thrown: undefined });
    expect(stream.usage).toMatchObject({
      prompt_tokens: chatPrompt(messages).length,
      completion_tokens: MAX_TOKENS,
    });
  });

  it('gets a completion in one piece, and streamed', async () => {
    const body = withExtras({ model, prompt, max_tokens: MAX_TOKENS });

    const whole = await client.completions.create(body);
    const stream = await readStream(client.completions.create({ ...body, stream: true }));

    expect(whole.choices[0]).toMatchObject({ text: rightText, finish_reason: 'length' });
    expect(whole.usage?.completion_tokens).toBe(MAX_TOKENS);
    expect(stream).toMatchObject({ text: rightText, finishReason: 'length', thrown: undefined });
    expect(stream.usage).toBeUndefined();
  });

  it('puts several choices of one stream together, each by its index', async () => {
    const stream = await client.chat.completions.create(
      withExtras({ model, messages, max_tokens: MAX_TOKENS, n: 3, stream: true as const }),
    );
    const texts = ['', '', ''];
    const reasons: unknown[] = [];
    for await (const { choices } of stream) {
      for (const { index, delta, finish_reason } of choices) {
        texts[index] += delta.content ?? '';
        if (finish_reason !== null) reasons[index] = finish_reason;
      }
    }

    expect(texts).toEqual(
      [0, 1, 2].map((choice) => rightAnswer(chatPrompt(messages), MAX_TOKENS, choice)),
    );
    expect(reasons).toEqual(['length', 'length', 'length']);
  });

  it('puts an answer together by its own stream reader', async () => {
    const reading = client.chat.completions.stream(
      withExtras({ model, messages, max_tokens: MAX_TOKENS }),
    );

    const { choices } = await reading.finalChatCompletion();

    expect(choices[0]?.message.content).toBe(rightChat);
    expect(choices[0]?.finish_reason).toBe('length');
  });

  it('reads the request id of an answer', async () => {
    const { response, request_id } = await client.completions
      .create({ model, prompt, max_tokens: 1 })
      .withResponse();

    expect(request_id).toBe(response.headers.get('x-request-id'));
    expect(request_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('lists the models and finds one of them', async () => {
    const { data } = await client.models.list();

    expect(data.map(({ id }) => id)).toEqual([model]);
    await expect(client.models.retrieve(model)).resolves.toMatchObject({
      id: model,
      object: 'model',
    });
  });

  it('aborts a stream, and the engine hears of it', async () => {
    await using slow = await aHouse({ replicas: [{ preset, speed: 5 }] });
    const stream = await openAi(slow.gateway).chat.completions.create(
      withExtras({ model, messages, max_tokens: 4000, stream: true as const }),
    );
    for await (const { choices } of stream) if (choices[0]?.delta.content) break;

    await slow.replica.stateWhere('the generation is aborted', ({ aborted }) => aborted === 1);
    await expectAllReleased(slow);
  });
});

describe('what the official client asks for', () => {
  const weather = {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      description: 'Weather in a city, "now" — °C',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1 } },
        required: ['city'],
        additionalProperties: false,
      },
      strict: true,
    },
  };
  const schema = {
    type: 'json_schema' as const,
    json_schema: {
      name: 'colours',
      strict: true,
      schema: { type: 'object', properties: { names: { type: 'array', items: {} } } },
    },
  };
  const pixel =
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const withImage = [
    {
      role: 'user' as const,
      content: [
        { type: 'text' as const, text: 'What is this? \u{1f3a8}' },
        { type: 'image_url' as const, image_url: { url: pixel } },
      ],
    },
  ];
  const everything = {
    messages: withImage,
    max_tokens: 5,
    tools: [weather],
    tool_choice: 'none' as const,
    response_format: schema,
    temperature: 0.7,
    top_p: 1e-3,
    seed: 9_007_199_254_740_991,
    a_member_of_tomorrow: { nested: [1.0, null, 'ü'] },
  };

  it.each([
    ['a whole answer', {}],
    ['a stream with usage', { stream: true, stream_options: { include_usage: true } }],
  ])(
    'reaches the engine byte for byte: tools, schema, image, unknown members, %s',
    async (_, how) => {
      await using house = await aHouse();
      const { client, sent } = recordedOpenAi(house.gateway);
      const body = withExtras({ model: house.replica.model, messages: withImage }, everything);

      await client.chat.completions.create({ ...body, ...how });

      const received = await house.replica.received();
      expect(sent).toHaveLength(1);
      expect(received.map(({ body: bytes }) => bytes)).toEqual(sent);
    },
  );

  it('differs by the asked usage alone where a stream has not asked for it', async () => {
    await using house = await aHouse();
    const { client, sent } = recordedOpenAi(house.gateway);
    const body = withExtras({ model: house.replica.model, messages: withImage }, everything);

    await readStream(client.chat.completions.create({ ...body, stream: true }));

    const [received] = await house.replica.received();
    const { stream_options, ...rest } = JSON.parse(received?.body ?? '') as Record<string, unknown>;
    expect(stream_options).toEqual({ include_usage: true });
    expect(JSON.stringify(rest)).toBe(sent[0]);
  });

  it('is put in the words of an engine that refuses the newer ones', async () => {
    await using house = await aHouse({ replicas: [{ preset: 'vllm-0.5.5-8xh100-tp8' }] });
    const asked = withExtras({
      model: house.replica.model,
      messages,
      max_completion_tokens: 7,
      parallel_tool_calls: false,
      store: false,
    });

    const answer = await openAi(house.gateway).chat.completions.create(asked);

    expect(answer.usage?.completion_tokens).toBe(7);
    const [received] = await house.replica.received();
    expect(JSON.parse(received?.body ?? '')).toEqual({
      model: house.replica.model,
      messages,
      max_tokens: 7,
      ignore_eos: true,
    });
  });
});
