import { describe, expect, it } from 'vitest';
import { vllm05Chat } from '../../../../deploy/simulator/protocols/vllm-0-5-chat.ts';
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
  return parsedEvents(writeStream(vllm05Chat, generation));
}

const words = aGeneration().choices[0]?.answer.text(0, 4).split(' ').slice(1) ?? [];
const envelope = {
  id: 'id-0',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'shown-model',
};

describe('a chat stream of vLLM 0.5.5', () => {
  it('leaves out whatever it did not set', () => {
    expect(events()).toEqual([
      {
        ...envelope,
        choices: [{ index: 0, delta: { role: 'assistant' }, logprobs: null, finish_reason: null }],
      },
      ...words.slice(0, 3).map((word) => ({
        ...envelope,
        choices: [
          { index: 0, delta: { content: ` ${word}` }, logprobs: null, finish_reason: null },
        ],
      })),
      {
        ...envelope,
        choices: [
          {
            index: 0,
            delta: { content: ` ${words[3]}` },
            logprobs: null,
            finish_reason: 'length',
            stop_reason: null,
          },
        ],
      },
    ]);
  });

  it('writes members in the order of its models', () => {
    expect(keyShape(events({ includeUsage: true, continuousUsage: true }).at(-2))).toEqual([
      ['id', 'string'],
      ['object', 'string'],
      ['created', 'number'],
      ['model', 'string'],
      [
        'choices',
        [
          [
            ['index', 'number'],
            ['delta', [['content', 'string']]],
            ['logprobs', 'null'],
            ['finish_reason', 'string'],
            ['stop_reason', 'null'],
          ],
        ],
      ],
      [
        'usage',
        [
          ['prompt_tokens', 'number'],
          ['total_tokens', 'number'],
          ['completion_tokens', 'number'],
        ],
      ],
    ]);
  });

  it('has usage on every chunk when it is continuous, null when it is not, none when not asked for', () => {
    const usages = (request: GenerationFacts['request']): unknown[] =>
      events(request).map((event) => (event as { usage?: unknown }).usage);
    const counts = (completion_tokens: number): unknown => ({
      prompt_tokens: 2,
      total_tokens: 2 + completion_tokens,
      completion_tokens,
    });

    expect(usages({ includeUsage: true, continuousUsage: true })).toEqual(
      [0, 1, 2, 3, 4, 4].map(counts),
    );
    expect(usages({ includeUsage: true })).toEqual([null, null, null, null, null, counts(4)]);
    expect(usages({})).toEqual(new Array(5).fill(undefined));
  });

  it('counts one choice alone in its last usage', () => {
    expect(events({ includeUsage: true, choicesPerPrompt: 3 }).at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 2, completion_tokens: 4 },
    });
  });

  it('opens every choice before the first token of any', () => {
    const roles = events({ choicesPerPrompt: 2 }).map((event) =>
      JSON.stringify(event).includes('"role"'),
    );

    expect(roles.slice(0, 3)).toEqual([true, true, false]);
    expect(roles.slice(3)).not.toContain(true);
  });

  it('names the stop string that ended it', () => {
    expect(events({ stop: [` ${words[1]}`] }).at(-1)).toMatchObject({
      choices: [{ finish_reason: 'stop', stop_reason: ` ${words[1]}` }],
    });
  });
});

describe('a whole chat answer of vLLM 0.5.5', () => {
  it('has every member of its model', () => {
    expect(writeWhole(vllm05Chat, aGeneration({ request: { shape: 'chat' } }))).toEqual({
      ...envelope,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: ` ${words.join(' ')}`, tool_calls: [] },
          logprobs: null,
          finish_reason: 'length',
          stop_reason: null,
        },
      ],
      usage: { prompt_tokens: 2, total_tokens: 6, completion_tokens: 4 },
      prompt_logprobs: null,
    });
  });

  it('counts every choice', () => {
    const generation = aGeneration({ request: { shape: 'chat', choicesPerPrompt: 2 } });

    expect(writeWhole(vllm05Chat, generation)).toMatchObject({
      usage: { completion_tokens: 8 },
    });
  });
});
