import { describe, expect, it } from 'vitest';
import { promptOfText } from '../../../../deploy/simulator/prompts.ts';
import { sglangCurrentCompletions } from '../../../../deploy/simulator/protocols/sglang-current-completions.ts';
import {
  aGeneration,
  type GenerationFacts,
  parsedEvents,
  writeStream,
  writeWhole,
} from '../../../support/simulator.ts';

function events(request: GenerationFacts['request'] = {}): unknown[] {
  const generation = aGeneration({ request, cachedTokens: 1 });
  return parsedEvents(writeStream(sglangCurrentCompletions, generation));
}

const words = aGeneration().choices[0]?.answer.text(0, 4).split(' ').slice(1) ?? [];
const twoPrompts = [promptOfText('able'), promptOfText('about above across')];

describe('a completion stream of SGLang 0.5.23', () => {
  it('finishes in the last content chunk', () => {
    expect(events().at(-1)).toEqual({
      id: 'id-0',
      object: 'text_completion',
      created: 1_700_000_000,
      model: 'shown-model',
      choices: [
        {
          index: 0,
          text: ` ${words[3]}`,
          logprobs: null,
          finish_reason: 'length',
          matched_stop: null,
        },
      ],
      usage: null,
    });
  });

  it('has a chunk for a last token that shows nothing', () => {
    expect(events({ stop: [` ${words[1]}`] }).at(-1)).toMatchObject({
      choices: [{ text: '', finish_reason: 'stop', matched_stop: ` ${words[1]}` }],
    });
  });

  it('names each prompt by an id of its own, and the usage by the last', () => {
    const ids = events({ prompts: twoPrompts, outputTokensMax: 1, includeUsage: true }).map(
      (event) => (event as { id: string }).id,
    );

    expect(ids).toEqual(['id-0', 'id-1', 'id-1']);
  });

  it('has continuous usage without cached tokens, and a last one with them', () => {
    const all = events({ includeUsage: true, continuousUsage: true, outputTokensMax: 1 });

    expect(all.map((event) => (event as { usage: unknown }).usage)).toEqual([
      {
        prompt_tokens: 2,
        total_tokens: 3,
        completion_tokens: 1,
        prompt_tokens_details: null,
        reasoning_tokens: 0,
        completion_tokens_details: null,
      },
      {
        prompt_tokens: 2,
        total_tokens: 3,
        completion_tokens: 1,
        prompt_tokens_details: { cached_tokens: 1 },
        reasoning_tokens: 0,
      },
    ]);
  });

  it('counts every prompt and every choice in its last usage', () => {
    const request = { prompts: twoPrompts, choicesPerPrompt: 2, includeUsage: true };

    expect(events(request).at(-1)).toMatchObject({
      usage: { prompt_tokens: 4, completion_tokens: 16, total_tokens: 20 },
    });
  });

  it('has members for ids only when they are asked for', () => {
    const choices = events({ returnTokenIds: true }).map(
      (event) => (event as { choices: object[] }).choices[0] ?? {},
    );

    expect(Object.keys(choices[0] ?? {}).slice(-2)).toEqual(['token_ids', 'prompt_token_ids']);
    expect(Object.keys(choices[1] ?? {}).at(-1)).toBe('token_ids');
    expect(JSON.stringify(events())).not.toContain('token_ids');
  });

  it('has the prompt before the first token when it is to be echoed', () => {
    expect(events({ echo: true })[0]).toMatchObject({
      choices: [{ text: `able about ${words[0]}` }],
    });
  });
});

describe('a whole completion of SGLang 0.5.23', () => {
  it('counts every prompt and every choice', () => {
    const generation = aGeneration({
      request: { prompts: twoPrompts, choicesPerPrompt: 2 },
      cachedTokens: 1,
    });

    expect(writeWhole(sglangCurrentCompletions, generation)).toMatchObject({
      usage: {
        prompt_tokens: 4,
        completion_tokens: 16,
        total_tokens: 20,
        prompt_tokens_details: { cached_tokens: 2 },
      },
      metadata: { weight_versions: [{ end: 16 }] },
    });
  });

  it('names the stop string that ended it', () => {
    const generation = aGeneration({ request: { stop: [` ${words[1]}`] } });

    expect(writeWhole(sglangCurrentCompletions, generation)).toMatchObject({
      choices: [{ text: ` ${words[0]}`, finish_reason: 'stop', matched_stop: ` ${words[1]}` }],
    });
  });
});
