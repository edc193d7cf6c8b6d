import { describe, expect, it } from 'vitest';

import { expectedAnswer } from '../../deploy/simulator/words.ts';
import { chatPrompt, readStream, says } from '../support/live/answers.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import { postJson } from '../support/live/raw.ts';

const TOKENS = 60;
/** After so many tokens of its own each replica breaks once: the answer is made by three in turn. */
const PART = 20;

const messages = says('Tell me a story about a bridge.');
const prompt = 'A bridge is';

const VLLM = 'vllm-current-8xh100-tp8';
const SGLANG = 'sglang-current-8xh100-tp8';

/** Two replicas of which nobody is taken out, each to break once. */
async function aHouseThatBreaks(
  preset: string,
  fault: Readonly<Record<string, unknown>> = { kind: 'die' },
  settings: object = {},
): Promise<LiveHouse> {
  const house = await aHouse({
    replicas: [{ preset }, { preset }],
    settings: { discovery: { failuresMax: 1_000 }, ...settings },
  });
  for (const replica of house.replicas) await replica.fails({ at: PART, times: 1, ...fault });
  return house;
}

type Streamed = Awaited<ReturnType<typeof readStream>>;

function ask(
  house: LiveHouse,
  route: 'chat' | 'completions',
  more: object = {},
): Promise<Streamed> {
  const { chat, completions } = openAi(house.gateway);
  const options = { stream: true as const, stream_options: { include_usage: true } };
  const body = withExtras({ model: house.replica.model, max_tokens: TOKENS, ...options, ...more });
  return readStream(
    route === 'chat'
      ? chat.completions.create({ ...body, messages })
      : completions.create({ ...body, prompt }),
  );
}

const contexts = { chat: chatPrompt(messages), completions: prompt };

async function expectWhole(house: LiveHouse, route: 'chat' | 'completions', answer: Streamed) {
  expect(answer.thrown).toBeUndefined();
  expect(answer.text).toBe(expectedAnswer({ prompt: contexts[route] }, TOKENS));
  expect(answer.finishReason).toBe('length');
  await expect(house.gateway.counted('resumes')).resolves.toBe(2);
  await expectAllReleased(house);
}

const kinds = [
  [VLLM, 'chat'],
  [VLLM, 'completions'],
  [SGLANG, 'completions'],
] as const;

const deaths: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'closes the connection': { kind: 'die', how: 'fin' },
  'resets the connection': { kind: 'die', how: 'rst' },
  'ends its stream as if all were well': { kind: 'clean-end' },
  'aborts the generation': { kind: 'abort' },
  'sends an error event': { kind: 'error-event' },
  'sends bytes that are no answer': { kind: 'garbage' },
};

describe.each(kinds)('when %s in a stream of %s', (preset, route) => {
  it.each(Object.keys(deaths))(
    '%s, twice, the client gets the undisturbed answer',
    async (what) => {
      await using house = await aHouseThatBreaks(preset, deaths[what]);
      const answer = await ask(house, route);

      await expectWhole(house, route, answer);
      const { prompt_tokens = 0, completion_tokens, total_tokens } = answer.usage ?? {};
      expect(completion_tokens).toBe(TOKENS);
      expect(total_tokens).toBe(prompt_tokens + TOKENS);
      await expect(house.gateway.counted('requests')).resolves.toBe(1);
    },
  );
});

describe('the events of a resumed stream', () => {
  it('bear one id, time and model, and tell where the seams are in comments', async () => {
    await using house = await aHouseThatBreaks(VLLM);
    const body = { model: house.replica.model, max_tokens: TOKENS, messages, stream: true };

    const answer = await postJson(`${house.gateway.url}/v1/chat/completions`, body);
    const text = await answer.text();

    const events = text.split('\n\n').filter((event) => event.startsWith('data: {'));
    const heads = events.map((event) => /^data: \{.*?"choices":\[/.exec(event)?.[0]);
    expect(new Set(heads).size).toBe(1);
    expect(text.match(/^: .*$/gm)).toEqual([
      ': x-gateway-resumed after 20 tokens',
      ': x-gateway-resumed after 40 tokens',
    ]);
    expect(text).not.toMatch(/token_ids":\s*\[|"usage"/);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });
});

describe('a stop that begins before the seam and ends behind it', () => {
  it.each([PART - 2, PART - 1])('ends the answer where it begins, at word %i', async (at) => {
    const words = expectedAnswer({ prompt }, TOKENS).split(' ');
    const stop = ` ${words.slice(at + 1, at + 5).join(' ')}`;
    await using house = await aHouseThatBreaks(VLLM);

    const answer = await ask(house, 'completions', { stop: ['never said', stop] });

    expect(answer.thrown).toBeUndefined();
    expect(answer.text).toBe(words.slice(0, at + 1).join(' '));
    expect(answer.finishReason).toBe('stop');
    await expect(house.gateway.counted('resumes')).resolves.toBe(1);
    await expectAllReleased(house);
  });

  it('behind it is found by the replica that goes on', async () => {
    const words = expectedAnswer({ prompt }, TOKENS).split(' ');
    const stop = ` ${words.slice(51, 53).join(' ')}`;
    await using house = await aHouseThatBreaks(VLLM);

    const answer = await ask(house, 'chat', { stop: 'never said' });
    expect(answer.text).toBe(expectedAnswer({ prompt: contexts.chat }, TOKENS));
    const stopped = await ask(house, 'completions', { stop });
    expect(stopped).toMatchObject({ text: words.slice(0, 51).join(' '), finishReason: 'stop' });
  });
});

const notResumable = [
  ['two choices', { n: 2 }],
  ['a seed under chance', { seed: 7, temperature: 1 }],
  ['a penalty', { presence_penalty: 1 }],
  ['log probabilities', { logprobs: 1 }],
  ['a member that nobody knows', { unheard_of: true }],
] as const;

describe('a stream with', () => {
  it.each(notResumable)('%s does not go on: its client throws', async (_what, more) => {
    await using house = await aHouseThatBreaks(VLLM);
    const answer = await ask(house, 'completions', more);

    expect(answer.thrown).toMatchObject({ code: 'engine_failed' });
    await expect(house.gateway.counted('attempts')).resolves.toBe(1);
    await expectAllReleased(house);
  });

  it.each([
    ['exact', SGLANG, 'chat', 0],
    ['exact', 'vllm-0.5.5-8xh100-tp8', 'completions', 0],
    ['text', SGLANG, 'chat', 2],
    ['text', 'vllm-0.5.5-8xh100-tp8', 'completions', 2],
    ['off', VLLM, 'chat', 0],
  ] as const)(
    'no ids, under `%s` by %s of %s, is resumed %i times',
    async (mode, preset, route, times) => {
      await using house = await aHouseThatBreaks(preset, { kind: 'die' }, { resume: { mode } });
      const answer = await ask(house, route);

      if (times > 0) return await expectWhole(house, route, answer);
      expect(answer.thrown).toMatchObject({ code: 'engine_failed' });
      await expect(house.gateway.counted('resumes')).resolves.toBe(0);
      await expectAllReleased(house);
    },
  );
});
