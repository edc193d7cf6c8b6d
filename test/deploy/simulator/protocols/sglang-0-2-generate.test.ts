import { describe, expect, it } from 'vitest';
import { sglang02Generate } from '../../../../deploy/simulator/protocols/sglang-0-2-generate.ts';
import {
  aGeneration,
  eventData,
  type GenerationFacts,
  parsedEvents,
  writeStream,
  writeWhole,
} from '../../../support/simulator.ts';

function stream(facts: GenerationFacts = {}, tokensPerChunk = 1): string {
  const request = { shape: 'generate', ...facts.request } as const;
  return writeStream(sglang02Generate, aGeneration({ ...facts, request }), tokensPerChunk);
}

const answer = aGeneration().choices[0]?.answer;

function event(tokens: number, finish_reason: string): object {
  return {
    text: answer?.text(0, tokens),
    meta_info: {
      prompt_tokens: 2,
      completion_tokens: tokens,
      completion_tokens_wo_jump_forward: tokens,
      finish_reason,
      id: 'id-0',
    },
    index: 0,
  };
}

describe('a native stream of SGLang 0.2.14', () => {
  it('holds the whole answer so far and its count in each event', () => {
    expect(parsedEvents(stream())).toEqual([
      event(1, 'None'),
      event(2, 'None'),
      event(3, 'None'),
      event(4, 'FINISH_LENGTH: 4'),
    ]);
  });

  it('skips counts when tokens pile up', () => {
    expect(parsedEvents(stream({}, 3))).toEqual([event(3, 'None'), event(4, 'FINISH_LENGTH: 4')]);
  });

  it('is spaced as Python spaces JSON', () => {
    expect(eventData(stream({}, 4))[0]).toBe(
      `{"text": "${answer?.text(0, 4)}", "meta_info": {"prompt_tokens": 2, "completion_tokens": 4, "completion_tokens_wo_jump_forward": 4, "finish_reason": "FINISH_LENGTH: 4", "id": "id-0"}, "index": 0}`,
    );
  });

  it.each([
    [{ reason: 'stop', matched: 512 }, 'FINISH_MATCHED_TOKEN: 512'],
    [{ reason: 'stop', matched: ' x' }, 'FINISH_MATCHED_STR:  x'],
    [{ reason: 'abort' }, 'FINISH_ABORT'],
  ] as const)('tells the finish %j as a sentence', (finish, sentence) => {
    expect(parsedEvents(stream({ finish })).at(-1)).toEqual(event(4, sentence));
  });

  it('numbers its choices', () => {
    const all = parsedEvents(stream({ request: { choicesPerPrompt: 2, outputTokensMax: 1 } }));

    expect(all.map((one) => (one as { index: number }).index)).toEqual([0, 1]);
  });
});

describe('a whole native answer of SGLang 0.2.14', () => {
  it('is one object for one choice', () => {
    const generation = aGeneration({ request: { shape: 'generate' } });

    expect(writeWhole(sglang02Generate, generation)).toEqual(event(4, 'FINISH_LENGTH: 4'));
  });

  it('is a list for several', () => {
    const generation = aGeneration({ request: { shape: 'generate', choicesPerPrompt: 2 } });

    expect(writeWhole(sglang02Generate, generation)).toHaveLength(2);
  });
});
