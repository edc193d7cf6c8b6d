import { describe, expect, it } from 'vitest';
import { sglangCurrentChat } from '../../../../deploy/simulator/protocols/sglang-current-chat.ts';
import {
  aGeneration,
  type GenerationFacts,
  parsedEvents,
  writeStream,
  writeWhole,
} from '../../../support/simulator.ts';

function events(request: GenerationFacts['request'] = {}, tokensPerChunk = 1): unknown[] {
  const generation = aGeneration({ request: { shape: 'chat', ...request }, cachedTokens: 1 });
  return parsedEvents(writeStream(sglangCurrentChat, generation, tokensPerChunk));
}

const words = aGeneration().choices[0]?.answer.text(0, 4).split(' ').slice(1) ?? [];

describe('a chat stream of SGLang 0.5.23', () => {
  it('opens a choice with its role when its own first token is there', () => {
    const opened = events({ choicesPerPrompt: 2, outputTokensMax: 1 }).map((event) => {
      const [choice] = (event as { choices: { index: number; delta: object }[] }).choices;
      return [choice?.index, Object.keys(choice?.delta ?? {})];
    });

    expect(opened).toEqual([
      [0, ['reasoning_content', 'role', 'content']],
      [0, ['reasoning_content', 'content']],
      [1, ['reasoning_content', 'role', 'content']],
      [1, ['reasoning_content', 'content']],
      [0, ['reasoning_content']],
      [1, ['reasoning_content']],
    ]);
  });

  it('finishes in a chunk of its own, after all content', () => {
    expect(events().slice(-2)).toMatchObject([
      { choices: [{ delta: { content: ` ${words[3]}` }, finish_reason: null }] },
      {
        choices: [
          { delta: { reasoning_content: null }, finish_reason: 'length', matched_stop: null },
        ],
      },
    ]);
  });

  it('has no chunk for a last token that shows nothing', () => {
    const all = events({ stop: [` ${words[2]}`] });

    expect(all).toHaveLength(4);
    expect(all.at(-1)).toMatchObject({
      choices: [{ finish_reason: 'stop', matched_stop: ` ${words[2]}` }],
    });
  });

  it('tells the token by which the model itself ended', () => {
    const finish = { reason: 'stop', matched: 512 } as const;
    const generation = aGeneration({ request: { shape: 'chat' }, finish });
    const last = parsedEvents(writeStream(sglangCurrentChat, generation)).at(-1);

    expect(last).toMatchObject({ choices: [{ finish_reason: 'stop', matched_stop: 512 }] });
  });

  it('leaves continuous usage off the role and the finish', () => {
    const all = events({ includeUsage: true, continuousUsage: true }, 2);
    const counts = all.map(
      (event) => (event as { usage?: { completion_tokens: number } }).usage?.completion_tokens,
    );

    expect(counts).toEqual([undefined, 2, 4, undefined, 4]);
  });

  it('tells cached tokens in every usage', () => {
    const all = events({ includeUsage: true, continuousUsage: true });

    expect(all[1]).toMatchObject({ usage: { prompt_tokens_details: { cached_tokens: 1 } } });
    expect(all.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 2, total_tokens: 6, prompt_tokens_details: { cached_tokens: 1 } },
    });
  });

  it('has no usage that was not asked for', () => {
    expect(JSON.stringify(events())).not.toContain('usage');
  });

  it('has a role and a finish, and nothing between, when it has no token', () => {
    const generation = aGeneration({ request: { shape: 'chat', outputTokensMax: 0 } });
    const [choice] = generation.choices;
    const frames = sglangCurrentChat.frames(generation);
    if (choice === undefined) throw new Error('no choice');
    const all = parsedEvents(frames.opening(choice) + frames.last(choice, 0, 0) + frames.closing());

    expect(all).toHaveLength(2);
    expect(all[1]).toMatchObject({ choices: [{ finish_reason: 'length' }] });
  });
});

describe('a whole chat answer of SGLang 0.5.23', () => {
  it('tells which weights made it', () => {
    const generation = aGeneration({ request: { shape: 'chat' }, cachedTokens: 1 });

    expect(writeWhole(sglangCurrentChat, generation)).toMatchObject({
      choices: [
        {
          message: { role: 'assistant', content: ` ${words.join(' ')}`, reasoning_content: null },
          finish_reason: 'length',
          matched_stop: null,
        },
      ],
      usage: {
        prompt_tokens: 2,
        total_tokens: 6,
        completion_tokens: 4,
        prompt_tokens_details: { cached_tokens: 1 },
        reasoning_tokens: 0,
      },
      metadata: {
        weight_version: 'default',
        weight_versions: [{ version: 'default', start: 0, end: 4 }],
      },
    });
  });
});
