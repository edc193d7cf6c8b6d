import { describe, expect, it } from 'vitest';
import { promptOfText } from '../../../../deploy/simulator/prompts.ts';
import { sglang02Completions } from '../../../../deploy/simulator/protocols/sglang-0-2-completions.ts';
import {
  aGeneration,
  type GenerationFacts,
  parsedEvents,
  writeStream,
  writeWhole,
} from '../../../support/simulator.ts';

function events(request: GenerationFacts['request'] = {}, tokensPerChunk = 1): unknown[] {
  return parsedEvents(writeStream(sglang02Completions, aGeneration({ request }), tokensPerChunk));
}

const words = aGeneration().choices[0]?.answer.text(0, 4).split(' ').slice(1) ?? [];
const twoPrompts = [promptOfText('able'), promptOfText('about above across')];

function chunk(text: string, finish_reason: string | null): object {
  return {
    id: 'id-0',
    object: 'text_completion',
    created: 1_700_000_000,
    model: 'shown-model',
    choices: [{ index: 0, text, logprobs: null, finish_reason }],
    usage: null,
  };
}

describe('a completion stream of SGLang 0.2.14', () => {
  it('writes its nulls, and finishes in the last content chunk', () => {
    expect(events()).toEqual([
      chunk(` ${words[0]}`, null),
      chunk(` ${words[1]}`, null),
      chunk(` ${words[2]}`, null),
      chunk(` ${words[3]}`, 'length'),
    ]);
  });

  it('holds what piled up in one chunk', () => {
    expect(events({}, 4)).toEqual([chunk(` ${words.join(' ')}`, 'length')]);
  });

  it('has one chunk when it is to have one token', () => {
    expect(events({ outputTokensMax: 1 })).toEqual([chunk(` ${words[0]}`, 'length')]);
  });

  it('tells usage in an event of its own, counting every prompt and choice', () => {
    const request = { prompts: twoPrompts, choicesPerPrompt: 2, includeUsage: true };

    expect(events(request).at(-1)).toMatchObject({
      model: 'shown-model',
      choices: [],
      usage: { prompt_tokens: 4, total_tokens: 20, completion_tokens: 16 },
    });
  });

  it('names each prompt by an id of its own', () => {
    const ids = events({ prompts: twoPrompts, outputTokensMax: 1 }).map(
      (event) => (event as { id: string }).id,
    );

    expect(ids).toEqual(['id-0', 'id-1']);
  });

  it('has the prompt before the first token when it is to be echoed', () => {
    expect(events({ echo: true })[0]).toEqual(chunk(`able about ${words[0]}`, null));
  });
});

describe('a whole completion of SGLang 0.2.14', () => {
  it('has no more than its model', () => {
    expect(writeWhole(sglang02Completions, aGeneration())).toEqual({
      ...chunk('', null),
      choices: [{ index: 0, text: ` ${words.join(' ')}`, logprobs: null, finish_reason: 'length' }],
      usage: { prompt_tokens: 2, total_tokens: 6, completion_tokens: 4 },
    });
  });

  it('has the prompt before each answer when it is to be echoed', () => {
    const generation = aGeneration({ request: { prompts: twoPrompts, echo: true } });
    const { choices } = writeWhole(sglang02Completions, generation) as {
      choices: readonly { text: string }[];
    };

    expect(choices[0]?.text).toMatch(/^able /);
    expect(choices[1]?.text).toMatch(/^about above across /);
  });
});
