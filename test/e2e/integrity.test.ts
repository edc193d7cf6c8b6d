import { describe, expect, it } from 'vitest';

import { chatPrompt, readStream, rightAnswer, says } from '../support/live/answers.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import { postJson } from '../support/live/raw.ts';
import { seededRandom, upTo } from '../support/chance.ts';

const STREAMS = 100;
const SEED = 20_240_901;

interface Asked {
  readonly text: string;
  readonly tokens: number;
}

/** Prompts that all differ, some of them longer, each with its own length of answer. */
function manyAsked(count: number): readonly Asked[] {
  const random = seededRandom(SEED);
  return Array.from({ length: count }, (_, index) => ({
    text: `Story ${index}: ${'and then '.repeat(upTo(40, random))}`,
    tokens: upTo(200, random),
  }));
}

describe('a hundred streams at once', () => {
  const replicas = [
    { preset: 'sglang-current-8xh100-tp8', speed: 50 },
    { preset: 'vllm-current-8xh100-tp8', speed: 50 },
    { preset: 'vllm-0.5.5-8xh100-tp8', speed: 50 },
  ];

  it('lose, double and mix up no word, chats and texts side by side', async () => {
    await using house = await aHouse({ replicas });
    const { chat, completions } = openAi(house.gateway);
    const { model } = house.replica;

    const answers = await Promise.all(
      manyAsked(STREAMS).map(async ({ text, tokens }, index) => {
        const body = withExtras({ model, max_tokens: tokens, stream: true as const });
        const isChat = index % 2 === 0;
        const stream = await readStream(
          isChat
            ? chat.completions.create({ ...body, messages: says(text) })
            : completions.create({ ...body, prompt: text }),
        );
        const context = isChat ? chatPrompt(says(text)) : text;
        return { stream, right: rightAnswer(context, tokens) };
      }),
    );

    for (const { stream, right } of answers) {
      expect(stream).toMatchObject({ text: right, finishReason: 'length', thrown: undefined });
    }
    const counts = await Promise.all(house.replicas.map((replica) => replica.state()));
    expect(counts.map(({ generations }) => generations > 0)).toEqual([true, true, true]);
    await expectAllReleased(house);
  });

  it('stay whole beside as many that are left in the middle', async () => {
    await using house = await aHouse({ replicas });
    const { completions } = openAi(house.gateway);
    const { model } = house.replica;

    const answers = await Promise.all(
      manyAsked(STREAMS).map(async ({ text, tokens }, index) => {
        const body = withExtras({ model, prompt: text, stream: true as const });
        if (index % 2 === 0) {
          const stream = await completions.create({ ...body, max_tokens: 7000 });
          for await (const { choices } of stream) if (choices[0]?.text) break;
          return undefined;
        }
        const stream = await readStream(completions.create({ ...body, max_tokens: tokens }));
        return { stream, right: rightAnswer(text, tokens) };
      }),
    );

    for (const answer of answers.filter((one) => one !== undefined)) {
      expect(answer.stream.text).toBe(answer.right);
    }
    await expectAllReleased(house);
    const states = await Promise.all(house.replicas.map((replica) => replica.state()));
    expect(states.reduce((sum, { aborted }) => sum + aborted, 0)).toBe(STREAMS / 2);
  });
});

describe("streams of SGLang's own API", () => {
  it('grow word by word, each event holding all words before it', async () => {
    await using house = await aHouse({ replicas: [{ preset: 'sglang-current-8xh100-tp8' }] });

    const answers = await Promise.all(
      manyAsked(30).map(async ({ text, tokens }) => {
        const answer = await postJson(`${house.gateway.url}/generate`, {
          text,
          sampling_params: { max_new_tokens: tokens, ignore_eos: true },
          stream: true,
        });
        const right = rightAnswer(text, tokens);
        const events = (await answer.text()).split('\n\n').filter((event) => event !== '');
        expect(events.at(-1)).toBe('data: [DONE]');
        const texts = events.slice(0, -1).map((event) => textOf(event));
        return { right, texts };
      }),
    );

    for (const { right, texts } of answers) {
      expect(texts.at(-1)).toBe(right);
      expect(texts.every((text) => right.startsWith(text))).toBe(true);
      expect(texts).toEqual(texts.toSorted((one, other) => one.length - other.length));
    }
    await expectAllReleased(house);
  });
});

function textOf(event: string): string {
  return (JSON.parse(event.slice('data: '.length)) as { readonly text: string }).text;
}
