import { describe, expect, it } from 'vitest';
import { vllmCurrentChat } from '../../../../deploy/simulator/protocols/vllm-current-chat.ts';
import {
  aGeneration,
  type GenerationFacts,
  parsedEvents,
  writeStream,
  writeWhole,
} from '../../../support/simulator.ts';

function events(request: GenerationFacts['request'] = {}, tokensPerChunk = 1): unknown[] {
  const generation = aGeneration({ request: { shape: 'chat', ...request }, cachedTokens: 1 });
  return parsedEvents(writeStream(vllmCurrentChat, generation, tokensPerChunk));
}

const words = aGeneration().choices[0]?.answer.text(0, 4).split(' ').slice(1) ?? [];
const usage = { includeUsage: true };

describe('a chat stream of vLLM 0.32', () => {
  it('opens every choice with its role, before the first token of any', () => {
    const all = events({ choicesPerPrompt: 3 });

    expect(all.slice(0, 3)).toEqual(
      [0, 1, 2].map((index) => ({
        id: 'id-0',
        object: 'chat.completion.chunk',
        created: 1_700_000_000,
        model: 'shown-model',
        choices: [
          {
            index,
            delta: { role: 'assistant', content: '' },
            logprobs: null,
            finish_reason: null,
          },
        ],
        prompt_token_ids: null,
        prompt_text: null,
      })),
    );
    expect(JSON.stringify(all.slice(3))).not.toContain('role');
  });

  it('sends each token as content', () => {
    expect(events()[1]).toMatchObject({
      choices: [{ delta: { content: ` ${words[0]}` }, finish_reason: null, token_ids: null }],
    });
  });

  it('finishes in the last content chunk when it runs out', () => {
    expect(events().at(-1)).toMatchObject({
      choices: [{ delta: { content: ` ${words[3]}` }, finish_reason: 'length', stop_reason: null }],
    });
  });

  it('finishes at a stop string in a chunk that shows nothing and names it', () => {
    expect(events({ stop: [` ${words[2]}`] }).at(-1)).toMatchObject({
      choices: [{ delta: { content: '' }, finish_reason: 'stop', stop_reason: ` ${words[2]}` }],
    });
  });

  it('says nothing of the token by which the model itself ends', () => {
    const finish = { reason: 'stop', matched: 512 } as const;
    const generation = aGeneration({ request: { shape: 'chat' }, finish });
    const last = parsedEvents(writeStream(vllmCurrentChat, generation)).at(-1);

    expect(last).toMatchObject({ choices: [{ finish_reason: 'stop', stop_reason: null }] });
  });

  it('counts the tokens so far in each chunk when that is asked for, none in the role', () => {
    const counts = events({ ...usage, continuousUsage: true }, 3).map(
      (event) => (event as { usage: { completion_tokens: number } }).usage.completion_tokens,
    );

    expect(counts).toEqual([0, 3, 4, 4]);
  });

  it('tells cached tokens in the last usage alone', () => {
    const all = events({ ...usage, continuousUsage: true });

    expect(JSON.stringify(all.slice(0, -1))).not.toContain('prompt_tokens_details');
    expect(all.at(-1)).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 2,
        total_tokens: 6,
        completion_tokens: 4,
        prompt_tokens_details: { cached_tokens: 1, created_cache_tokens: 0 },
      },
    });
  });

  it('has no usage that was not asked for', () => {
    expect(JSON.stringify(events())).not.toContain('usage');
  });

  it('is signed once: in the usage chunk, or else in the last finish', () => {
    const signed = (all: unknown[]): number[] =>
      all.flatMap((event, index) =>
        JSON.stringify(event).includes('vllm-0.32.0-50833822') ? [index] : [],
      );

    expect(signed(events({ choicesPerPrompt: 2 }))).toEqual([9]);
    expect(signed(events({ choicesPerPrompt: 2, ...usage }))).toEqual([10]);
  });

  it('has the ids of prompt and tokens when they are asked for', () => {
    const all = events({ returnTokenIds: true });
    const { answer, prompt } = aGeneration().choices[0] ?? {};

    expect(all[0]).toMatchObject({ prompt_token_ids: prompt?.ids });
    expect(all[1]).toMatchObject({ choices: [{ token_ids: answer?.ids(0, 1) }] });
  });
});

describe('a whole chat answer of vLLM 0.32', () => {
  it('holds every choice, and counts them all', () => {
    const generation = aGeneration({
      request: { shape: 'chat', choicesPerPrompt: 2 },
      cachedTokens: 1,
    });

    expect(writeWhole(vllmCurrentChat, generation)).toMatchObject({
      id: 'id-0',
      object: 'chat.completion',
      model: 'shown-model',
      choices: generation.choices.map((choice) => ({
        index: choice.index,
        message: { role: 'assistant', content: choice.answer.text(0, 4) },
        finish_reason: 'length',
        token_ids: null,
      })),
      usage: {
        prompt_tokens: 2,
        completion_tokens: 8,
        total_tokens: 10,
        prompt_tokens_details: { cached_tokens: 1 },
      },
      prompt_token_ids: null,
    });
  });

  it('has the ids of prompt and tokens when they are asked for', () => {
    const generation = aGeneration({ request: { shape: 'chat', returnTokenIds: true } });
    const [choice] = generation.choices;

    expect(writeWhole(vllmCurrentChat, generation)).toMatchObject({
      choices: [{ token_ids: choice?.answer.ids(0, 4) }],
      prompt_token_ids: choice?.prompt.ids,
    });
  });
});
