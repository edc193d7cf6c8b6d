import { describe, expect, it } from 'vitest';
import { sglang02Chat } from '../../../../deploy/simulator/protocols/sglang-0-2-chat.ts';
import {
  aGeneration,
  type GenerationFacts,
  keyShape,
  parsedEvents,
  writeStream,
  writeWhole,
} from '../../../support/simulator.ts';

function events(request: GenerationFacts['request'] = {}): unknown[] {
  const generation = aGeneration({ request: { shape: 'chat', ...request } });
  return parsedEvents(writeStream(sglang02Chat, generation));
}

const words = aGeneration().choices[0]?.answer.text(0, 4).split(' ').slice(1) ?? [];

function chunk(delta: object, finish_reason: string | null): object {
  return {
    id: 'id-0',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'shown-model',
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    usage: null,
  };
}

describe('a chat stream of SGLang 0.2.14', () => {
  it('writes its nulls, and finishes in the last content chunk', () => {
    expect(events()).toEqual([
      chunk({ role: 'assistant', content: null }, null),
      chunk({ role: null, content: ` ${words[0]}` }, null),
      chunk({ role: null, content: ` ${words[1]}` }, null),
      chunk({ role: null, content: ` ${words[2]}` }, null),
      chunk({ role: null, content: ` ${words[3]}` }, 'length'),
    ]);
  });

  it('shows the finish in the role too when the first token is the last', () => {
    expect(events({ outputTokensMax: 1 })).toEqual([
      chunk({ role: 'assistant', content: null }, 'length'),
      chunk({ role: null, content: ` ${words[0]}` }, 'length'),
    ]);
  });

  it('opens a choice when its own first token is there', () => {
    const opened = events({ choicesPerPrompt: 2, outputTokensMax: 2 }).map((event) =>
      JSON.stringify(event).includes('"role":"assistant"'),
    );

    expect(opened).toEqual([true, false, true, false, false, false]);
  });

  it('tells usage in an event without object and time, under another id', () => {
    const usage = events({ includeUsage: true, choicesPerPrompt: 2 }).at(-1);

    expect(keyShape(usage)).toEqual([
      ['id', 'string'],
      ['model', 'string'],
      ['choices', []],
      [
        'usage',
        [
          ['prompt_tokens', 'number'],
          ['total_tokens', 'number'],
          ['completion_tokens', 'number'],
        ],
      ],
    ]);
    expect(usage).toMatchObject({ usage: { prompt_tokens: 2, completion_tokens: 8 } });
    expect(usage).not.toMatchObject({ id: 'id-0' });
  });

  it('says stop for a stop string, and not which', () => {
    expect(events({ stop: [` ${words[1]}`] }).at(-1)).toEqual(
      chunk({ role: null, content: '' }, 'stop'),
    );
  });
});

describe('a whole chat answer of SGLang 0.2.14', () => {
  it('has no more than its model', () => {
    expect(writeWhole(sglang02Chat, aGeneration({ request: { shape: 'chat' } }))).toEqual({
      id: 'id-0',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'shown-model',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: ` ${words.join(' ')}` },
          logprobs: null,
          finish_reason: 'length',
        },
      ],
      usage: { prompt_tokens: 2, total_tokens: 6, completion_tokens: 4 },
    });
  });
});
