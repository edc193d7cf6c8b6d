import { describe, expect, it } from 'vitest';
import { openAiCompletions } from '../../../gateway/dialects/openai-completions.ts';
import { sglangGenerate } from '../../../gateway/dialects/sglang-generate.ts';
import type { ResumeSettings } from '../../../gateway/pipeline/resume.ts';
import { Resume } from '../../../gateway/pipeline/resume.ts';
import { idsEvent, take } from '../../support/broken-answers.ts';
import { type AnExchange, anExchange, decoded } from '../../support/exchange.ts';
import { FakeEngine } from '../../support/fake-engine.ts';
import { doneEvent } from '../../support/streams.ts';

function anEngine(facts: Partial<FakeEngine> = {}): FakeEngine {
  return Object.assign(new FakeEngine(), { tellsIds: true }, facts);
}

function completion(more: object = {}): AnExchange {
  const body = { model: 'llama', prompt: 'x', stream: true, max_tokens: 9, ...more };
  const request = decoded(body, openAiCompletions, '/v1/completions');
  return anExchange({ dialect: openAiCompletions, request });
}

/** An answer of two tokens, `a` and `b`, that has broken. */
function broken(
  exchange: AnExchange = completion(),
  settings: Partial<ResumeSettings> = {},
  engine: FakeEngine = anEngine(),
): Resume {
  const resume = new Resume(exchange, { mode: 'exact', tokensMax: 100, ...settings });
  const notes = resume.notesAt(engine);
  if (notes === undefined) return resume;
  take(notes, idsEvent('a', [300], [1, 2]));
  take(notes, idsEvent('b', [301]));
  return resume;
}

function legAt(resume: Resume, engine: FakeEngine = anEngine()) {
  return resume.leg({ engine, contextTokensMax: 100, model: 'llama' });
}

async function promptOf(resume: Resume, engine?: FakeEngine): Promise<unknown> {
  const leg = await legAt(resume, engine);
  const body = leg?.request.body.toString() ?? 'null';
  return (JSON.parse(body) as { prompt?: unknown } | null)?.prompt;
}

describe('an answer that breaks', () => {
  it('goes on by the ids of its prompt and its tokens so far', async () => {
    await expect(promptOf(broken())).resolves.toEqual([1, 2, 300, 301]);
    expect(broken().answeredTokens).toBe(2);
  });

  it.each([
    ['the setting', completion(), { mode: 'off' as const }, anEngine()],
    ['its request', completion({ n: 2 }), {}, anEngine()],
    ['its engine, which tells no ids', completion(), {}, new FakeEngine()],
    ['its length', completion(), { tokensMax: 3 }, anEngine()],
    ['its dialect', anExchange({ dialect: sglangGenerate }), {}, anEngine()],
  ])('does not go on against %s', async (_what, exchange, settings, engine) => {
    const resume = broken(exchange, settings, engine);

    expect(resume.answeredTokens).toBe(0);
    await expect(legAt(resume)).resolves.toBeUndefined();
  });

  it('goes on by its text where that is allowed, and who goes on can', async () => {
    const byText = new FakeEngine();
    byText.continues = true;
    const text = broken(completion(), { mode: 'text' }, byText);

    await expect(promptOf(text, byText)).resolves.toBe('xab');
    await expect(legAt(text, new FakeEngine())).resolves.toBeUndefined();
    await expect(legAt(broken(completion(), {}, byText))).resolves.toBeUndefined();
  });

  it.each([
    ['text', 41.6, 42],
    ['exact', 41.6, 2],
  ] as const)('is counted with its prompt, as %s', async (mode, estimate, promptTokens) => {
    const engine = anEngine({
      tellsIds: mode === 'exact',
      continues: true,
      textOf: () => 'ab',
    });
    const exchange = completion({ stop: 'bcd' });
    exchange.recorder.promptTokensEstimate = estimate;
    const leg = await legAt(broken(exchange, { mode }, engine), engine);

    expect(leg?.seam.rewrite(idsEvent('cd', [302]))).toContain(`"prompt_tokens":${promptTokens}`);
  });

  it('begins its notes anew with each attempt', () => {
    const resume = broken();
    resume.notesAt(anEngine());

    expect(resume.answeredTokens).toBe(0);
  });

  it('asks for ids again, and goes on no more behind a part that tells none', async () => {
    const resume = broken();
    const leg = await legAt(resume);
    if (leg === undefined) throw new Error('it goes on');

    expect(resume.asksForIdsAt(anEngine(), leg)).toBe(true);
    expect(resume.asksForIdsAt(new FakeEngine(), leg)).toBe(false);
    expect(resume.answeredTokens).toBe(0);
  });
});

describe('an answer with stops that breaks', () => {
  it.each([
    ['ab', ['a', 'b'].join('')],
    ['ab cd', 'ab cd'],
    ['b cd', undefined],
    [undefined, undefined],
  ])('needs the text of its ids: %s', async (text, made) => {
    const engine = anEngine({ textOf: () => text });
    const leg = await legAt(broken(completion({ stop: 'xyz' })), engine);

    expect(leg !== undefined).toBe(made !== undefined);
  });

  it.each([
    [[302], [1, 2, 300, 301]],
    [
      [302, 302, 302],
      [1, 2, 300, 301],
    ],
    // No character lacks more than its last byte: the model made a U+FFFD of its own.
    [
      [302, 302, 302, 302],
      [1, 2, 300, 301, 302],
    ],
  ])('has half a character at its end made anew: %j', async (halves, asked) => {
    const isHalf = (id: number): boolean => id === 302;
    const engine = anEngine({
      textOf: (ids) => (ids.some(isHalf) ? 'ab\uFFFD' : 'ab'),
    });
    const resume = new Resume(completion({ stop: 'xyz' }), { mode: 'exact', tokensMax: 100 });
    const notes = resume.notesAt(engine);
    if (notes === undefined) throw new Error('it may go on');
    take(notes, idsEvent('a', [300], [1, 2]));
    take(notes, idsEvent('b', [301]));
    take(notes, idsEvent('', halves));
    const leg = await legAt(resume, engine);

    expect(JSON.parse(leg?.request.body.toString() ?? '{}')).toMatchObject({ prompt: asked });
    const rest = leg?.seam.rewrite(idsEvent('c', [303]));
    expect(rest?.includes(Buffer.from('\uFFFD').toString('latin1'))).toBe(halves.length > 3);
  });

  it('goes on a second time behind half a character that was shown', async () => {
    const engine = anEngine({ textOf: (ids) => (ids.includes(301) ? 'ab\uFFFD' : 'ab') });
    const resume = broken(completion({ stop: 'xyz' }), {}, engine);
    const leg = await legAt(resume, engine);
    expect(leg?.seam.rewrite(idsEvent('c', [304]))).not.toBe('');
    expect(resume.answeredTokens).toBe(2);
  });

  it('takes a tokenizer that leaves out the first blank', async () => {
    const resume = new Resume(completion({ stop: 'xyz' }), { mode: 'exact', tokensMax: 100 });
    const notes = resume.notesAt(anEngine());
    if (notes === undefined) throw new Error('it may go on');
    take(notes, idsEvent(' a', [300], [1]));

    await expect(promptOf(resume, anEngine({ textOf: () => 'a b' }))).resolves.toEqual([1, 300]);
  });
});

describe('an answer that had all its tokens when it broke', () => {
  it.each([
    [true, '"completion_tokens":2'],
    [false, '[DONE]'],
  ])('ends here (counts wanted: %s)', (include_usage, holds) => {
    const exchange = completion({ max_tokens: 2, stream_options: { include_usage } });
    const resume = broken(exchange);
    exchange.reply.start(200, {});

    expect(resume.endsHere()).toBe(true);
    expect(exchange.reply.text).toContain('"finish_reason":"length"');
    expect(exchange.reply.text).toContain(holds);
    expect(exchange.reply.text.includes('"completion_tokens"')).toBe(include_usage);
    expect(exchange.reply.text.endsWith(doneEvent)).toBe(true);
    expect(exchange.reply.ending).toBe('finished');
    expect(exchange.recorder).toMatchObject({ outputTokens: 2, finishReason: 'length' });
  });

  it('does not where a token is missing, or its engine tells no ids', () => {
    expect(broken(completion({ max_tokens: 3 })).endsHere()).toBe(false);
    const byText = new FakeEngine();
    byText.continues = true;
    expect(broken(completion({ max_tokens: 2 }), { mode: 'text' }, byText).endsHere()).toBe(false);
  });
});
