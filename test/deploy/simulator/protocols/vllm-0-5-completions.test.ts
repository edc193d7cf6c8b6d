import { describe, expect, it } from 'vitest';
import { promptOfText } from '../../../../deploy/simulator/prompts.ts';
import { vllm05Completions } from '../../../../deploy/simulator/protocols/vllm-0-5-completions.ts';
import {
  aGeneration,
  type GenerationFacts,
  parsedEvents,
  writeStream,
  writeWhole,
} from '../../../support/simulator.ts';

function events(request: GenerationFacts['request'] = {}): unknown[] {
  return parsedEvents(writeStream(vllm05Completions, aGeneration({ request })));
}

const words = aGeneration().choices[0]?.answer.text(0, 4).split(' ').slice(1) ?? [];
const envelope = {
  id: 'id-0',
  object: 'text_completion',
  created: 1_700_000_000,
  model: 'shown-model',
};

describe('a completion stream of vLLM 0.5.5', () => {
  it('writes its nulls', () => {
    expect(events()).toEqual(
      words.map((word, index) => ({
        ...envelope,
        choices: [
          {
            index: 0,
            text: ` ${word}`,
            logprobs: null,
            finish_reason: index === 3 ? 'length' : null,
            stop_reason: null,
          },
        ],
        usage: null,
      })),
    );
  });

  it('has usage on every chunk when it is continuous', () => {
    const all = events({ includeUsage: true, continuousUsage: true });

    expect(all.map((event) => (event as { usage: unknown }).usage)).toEqual(
      [1, 2, 3, 4, 4].map((completion_tokens) => ({
        prompt_tokens: 2,
        total_tokens: 2 + completion_tokens,
        completion_tokens,
      })),
    );
  });

  it('has usage at the end alone when it is not', () => {
    const all = events({ includeUsage: true });

    expect(all.map((event) => (event as { usage: unknown }).usage)).toEqual([
      null,
      null,
      null,
      null,
      { prompt_tokens: 2, total_tokens: 6, completion_tokens: 4 },
    ]);
    expect(all.at(-1)).toMatchObject({ choices: [] });
  });

  it('knows one prompt and one choice in its last usage', () => {
    const prompts = [promptOfText('able'), promptOfText('about above across')];

    expect(events({ prompts, choicesPerPrompt: 2, includeUsage: true }).at(-1)).toMatchObject({
      usage: { prompt_tokens: 3, total_tokens: 7, completion_tokens: 4 },
    });
  });

  it('has the prompt before the first token when it is to be echoed', () => {
    expect(events({ echo: true })[0]).toMatchObject({
      choices: [{ text: `able about ${words[0]}` }],
    });
  });

  it('names the stop string that ended it', () => {
    expect(events({ stop: [` ${words[1]}`] }).at(-1)).toMatchObject({
      choices: [{ text: '', finish_reason: 'stop', stop_reason: ` ${words[1]}` }],
    });
  });
});

describe('a whole completion of vLLM 0.5.5', () => {
  it('has every member of its model', () => {
    expect(writeWhole(vllm05Completions, aGeneration())).toEqual({
      ...envelope,
      choices: [
        {
          index: 0,
          text: ` ${words.join(' ')}`,
          logprobs: null,
          finish_reason: 'length',
          stop_reason: null,
          prompt_logprobs: null,
        },
      ],
      usage: { prompt_tokens: 2, total_tokens: 6, completion_tokens: 4 },
    });
  });

  it('counts every prompt and every choice', () => {
    const prompts = [promptOfText('able'), promptOfText('about above across')];
    const generation = aGeneration({ request: { prompts, choicesPerPrompt: 2 } });

    expect(writeWhole(vllm05Completions, generation)).toMatchObject({
      usage: { prompt_tokens: 4, total_tokens: 20, completion_tokens: 16 },
    });
  });
});
