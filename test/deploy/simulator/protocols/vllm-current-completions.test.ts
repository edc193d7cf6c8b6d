import { describe, expect, it } from 'vitest';
import { promptOfText } from '../../../../deploy/simulator/prompts.ts';
import { vllmCurrentCompletions } from '../../../../deploy/simulator/protocols/vllm-current-completions.ts';
import {
  aGeneration,
  type GenerationFacts,
  parsedEvents,
  writeStream,
  writeWhole,
} from '../../../support/simulator.ts';

function events(request: GenerationFacts['request'] = {}, tokensPerChunk = 1): unknown[] {
  const generation = aGeneration({ request, cachedTokens: 1 });
  return parsedEvents(writeStream(vllmCurrentCompletions, generation, tokensPerChunk));
}

const words = aGeneration().choices[0]?.answer.text(0, 4).split(' ').slice(1) ?? [];

describe('a completion stream of vLLM 0.32', () => {
  it('begins with a token', () => {
    expect(events()[0]).toEqual({
      id: 'id-0',
      object: 'text_completion',
      created: 1_700_000_000,
      model: 'shown-model',
      choices: [
        {
          index: 0,
          text: ` ${words[0]}`,
          logprobs: null,
          finish_reason: null,
          stop_reason: null,
          prompt_token_ids: null,
          token_ids: null,
        },
      ],
    });
  });

  it('finishes in the last content chunk, which is signed when no usage follows', () => {
    expect(events().at(-1)).toMatchObject({
      choices: [{ text: ` ${words[3]}`, finish_reason: 'length', stop_reason: null }],
      system_fingerprint: 'vllm-0.32.0-50833822',
    });
    expect(JSON.stringify(events({ includeUsage: true }).at(-2))).not.toContain('fingerprint');
  });

  it('holds several tokens in a chunk when they came together', () => {
    expect(events({}, 3).map((event) => textOf(event))).toEqual([
      ` ${words[0]} ${words[1]} ${words[2]}`,
      ` ${words[3]}`,
    ]);
  });

  it('counts the tokens so far of the choice that a chunk is of', () => {
    const all = events({
      prompts: [promptOfText('able'), promptOfText('about above across')],
      includeUsage: true,
      continuousUsage: true,
      outputTokensMax: 2,
    });

    expect(all.map((event) => (event as { usage: unknown }).usage)).toEqual([
      { prompt_tokens: 1, total_tokens: 2, completion_tokens: 1 },
      { prompt_tokens: 3, total_tokens: 4, completion_tokens: 1 },
      { prompt_tokens: 1, total_tokens: 3, completion_tokens: 2 },
      { prompt_tokens: 3, total_tokens: 5, completion_tokens: 2 },
      {
        prompt_tokens: 4,
        total_tokens: 8,
        completion_tokens: 4,
        prompt_tokens_details: { cached_tokens: 2 },
      },
    ]);
  });

  it('numbers choices prompt by prompt', () => {
    const all = events({
      prompts: [promptOfText('able'), promptOfText('about')],
      choicesPerPrompt: 2,
      outputTokensMax: 1,
    });

    expect(all.map((event) => choiceOf(event).index)).toEqual([0, 1, 2, 3]);
  });

  it('has the prompt before the first token when it is to be echoed', () => {
    const all = events({ echo: true, prompts: [promptOfText('able "about"\n')] });

    expect(textOf(all[0])).toMatch(/^able "about"\n [a-z]+$/);
    expect(textOf(all[1])).toMatch(/^ [a-z]+$/);
  });

  it('has the prompt’s ids in the first chunk and the tokens’ in each, when they are asked for', () => {
    const all = events({ returnTokenIds: true });
    const { answer, prompt } = aGeneration().choices[0] ?? {};

    expect(choiceOf(all[0])).toMatchObject({
      prompt_token_ids: prompt?.ids,
      token_ids: answer?.ids(0, 1),
    });
    expect(choiceOf(all[1])).toMatchObject({
      prompt_token_ids: null,
      token_ids: answer?.ids(1, 2),
    });
  });

  it('names the stop string that ended it', () => {
    expect(choiceOf(events({ stop: [` ${words[1]}`] }).at(-1))).toMatchObject({
      text: '',
      finish_reason: 'stop',
      stop_reason: ` ${words[1]}`,
    });
  });
});

describe('a whole completion of vLLM 0.32', () => {
  it('counts prompts once and choices each', () => {
    const generation = aGeneration({ request: { choicesPerPrompt: 3 }, cachedTokens: 2 });

    expect(writeWhole(vllmCurrentCompletions, generation)).toMatchObject({
      object: 'text_completion',
      usage: {
        prompt_tokens: 2,
        total_tokens: 14,
        completion_tokens: 12,
        prompt_tokens_details: { cached_tokens: 2 },
      },
    });
  });

  it('has the prompt before the answer when it is to be echoed', () => {
    const generation = aGeneration({ request: { echo: true } });

    expect(choiceOf(writeWhole(vllmCurrentCompletions, generation)).text).toBe(
      `able about ${words.join(' ')}`,
    );
  });

  it('has ids when they are asked for', () => {
    const generation = aGeneration({ request: { returnTokenIds: true } });
    const [choice] = generation.choices;

    expect(choiceOf(writeWhole(vllmCurrentCompletions, generation))).toMatchObject({
      token_ids: choice?.answer.ids(0, 4),
      prompt_token_ids: choice?.prompt.ids,
    });
  });
});

function choiceOf(event: unknown): { readonly index: number; readonly text: string } {
  const [choice] = (event as { choices: readonly { index: number; text: string }[] }).choices;
  if (choice === undefined) throw new Error('no choice');
  return choice;
}

function textOf(event: unknown): string {
  return choiceOf(event).text;
}
