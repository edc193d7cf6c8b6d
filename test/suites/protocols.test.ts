import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  GenerationRequest,
  GenerationShape,
} from '../../deploy/simulator/generation-request.ts';
import { promptOfText } from '../../deploy/simulator/prompts.ts';
import { protocols } from '../../deploy/simulator/protocols/catalog.ts';
import type {
  AnswerWriter,
  Protocol,
  RefusedAt,
} from '../../deploy/simulator/protocols/protocol.ts';
import type { Refusal } from '../../deploy/simulator/refusal.ts';
import { checkAnswer } from '../../deploy/simulator/words.ts';
import { withoutCaptures } from '../support/captures.ts';
import {
  aGeneration,
  aGenerationRequest,
  aReplicaView,
  captureBody,
  eventData,
  eventShapes,
  keyShape,
  parsedEvents,
  refusalOf,
  writeStream,
  writeWhole,
} from '../support/simulator.ts';

interface Written {
  readonly protocol: Protocol;
  readonly shape: GenerationShape;
  readonly writer: AnswerWriter;
}

const written: readonly Written[] = protocols.flatMap((protocol) =>
  Object.entries(protocol.writers).map(([shape, writer]) => ({
    protocol,
    shape: shape as GenerationShape,
    writer,
  })),
);

const table = written.map((one) => [`${one.protocol.name} ${one.shape}`, one] as const);

const refusals: readonly Refusal[] = [
  { kind: 'bad-json', at: 10 },
  { kind: 'empty-body' },
  { kind: 'not-an-object', found: [1, 2] },
  { kind: 'wrong-content-type' },
  { kind: 'missing-field', field: 'model', found: {} },
  { kind: 'unknown-field', field: 'no_such_field', found: 1 },
  { kind: 'bad-type', field: 'max_tokens', expected: 'integer', found: 'many' },
  { kind: 'below-minimum', field: 'max_tokens', found: 0, minimum: 1 },
  { kind: 'below-minimum', field: 'temperature', found: -3, minimum: 0 },
  { kind: 'unknown-model', model: 'nope' },
  { kind: 'usage-without-stream' },
  { kind: 'no-messages' },
  { kind: 'no-prompt' },
  { kind: 'unknown-token', token: 999_999 },
  { kind: 'prompt-too-long', promptTokens: 9000 },
  { kind: 'total-too-long', promptTokens: 8000, outputTokens: 500 },
  { kind: 'ids-not-streamed' },
  { kind: 'not-embedding' },
  { kind: 'queue-full' },
];

/** Text of choice 0 in a stream, whatever the route: cumulative where the route is. */
function textIn(stream: string, shape: GenerationShape): string {
  const texts = parsedEvents(stream).map((event) => textOf(event));
  return shape === 'generate' ? (texts.at(-1) ?? '') : texts.join('');
}

function textOf(event: unknown): string {
  const { text, choices } = event as {
    text?: string;
    choices?: readonly { text?: string; delta?: { content?: string | null } }[];
  };
  if (text !== undefined) return text;
  const [choice] = choices ?? [];
  return choice?.text ?? choice?.delta?.content ?? '';
}

function finishesIn(stream: string): unknown[] {
  return parsedEvents(stream).flatMap((event) => {
    const { choices, meta_info } = event as {
      choices?: readonly { finish_reason: unknown }[];
      meta_info?: { finish_reason: unknown };
    };
    const reasons = choices?.map((choice) => choice.finish_reason) ?? [meta_info?.finish_reason];
    return reasons.filter((reason) => reason !== null && reason !== 'None');
  });
}

describe('the catalog of protocols', () => {
  it('has no name twice', () => {
    expect(new Set(protocols.map(({ name }) => name)).size).toBe(protocols.length);
  });

  it('has a writer for every route that generates, and no other', () => {
    for (const { routes, writers } of protocols) {
      const shapes = Object.values(routes).flatMap((route) =>
        route.kind === 'generation' ? [route.shape] : [],
      );

      expect(new Set(Object.keys(writers))).toEqual(new Set(shapes));
    }
  });
});

describe.each(table)('a stream of %s', (_name, { shape, writer }) => {
  function stream(facts: Partial<GenerationRequest> = {}, tokensPerChunk = 1): string {
    return writeStream(writer, aGeneration({ request: { shape, ...facts } }), tokensPerChunk);
  }

  it('holds the whole answer, however its tokens are merged into chunks', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 50 }),
        (size, tokens) => {
          const text = textIn(stream({ outputTokensMax: tokens }, size), shape);

          expect(checkAnswer({ prompt: 'able about' }, text)).toEqual({ words: tokens });
        },
      ),
    );
  });

  it('is ASCII, whatever the model is called, so that its length is its bytes', () => {
    const generation = { ...aGeneration({ request: { shape } }), model: 'modèle/😀' };
    const text = writeStream(writer, generation);

    expect(Buffer.byteLength(text)).toBe(text.length);
  });

  it('ends with [DONE], once', () => {
    const data = eventData(stream({ includeUsage: true }));

    expect(data.indexOf('[DONE]')).toBe(data.length - 1);
  });

  it('finishes each choice once', () => {
    expect(finishesIn(stream({ choicesPerPrompt: 3 }))).toHaveLength(3);
  });

  it('tells an abort as its finish', () => {
    const generation = aGeneration({ request: { shape }, finish: { reason: 'abort' } });

    expect(JSON.stringify(finishesIn(writeStream(writer, generation))).toLowerCase()).toContain(
      'abort',
    );
  });

  it('shows no part of a stop string', () => {
    const [, second = '', third = ''] =
      aGeneration().choices[0]?.answer.text(0, 4).split(' ').slice(1) ?? [];
    const text = textIn(stream({ stop: [` ${second} ${third}`] }), shape);

    expect(checkAnswer({ prompt: 'able about' }, text)).toEqual({ words: 1 });
  });

  it('survives an answer without a token', () => {
    expect(() => {
      const generation = aGeneration({ request: { shape, outputTokensMax: 0 } });
      const frames = writer.frames(generation);
      const [choice] = generation.choices;
      if (choice === undefined) throw new Error('a choice');
      parsedEvents(frames.opening(choice) + frames.last(choice, 0, 0) + frames.closing());
    }).not.toThrow();
  });
});

describe.each(table)('a whole answer of %s', (_name, { shape, writer }) => {
  it('says what the stream says', () => {
    const facts = { request: { shape, outputTokensMax: 30 } };
    const whole = writeWhole(writer, aGeneration(facts)) as {
      text?: string;
      choices?: readonly { text?: string; message?: { content: string } }[];
    };
    const text = whole.text ?? whole.choices?.[0]?.text ?? whole.choices?.[0]?.message?.content;

    expect(text).toBe(textIn(writeStream(writer, aGeneration(facts)), shape));
  });

  it('has an entry for every choice', () => {
    const prompts = [promptOfText('able'), promptOfText('about')];
    const whole = writeWhole(
      writer,
      aGeneration({ request: { shape, prompts, choicesPerPrompt: 2 } }),
    ) as readonly unknown[] | { readonly choices: readonly unknown[] };

    expect('choices' in whole ? whole.choices : whole).toHaveLength(4);
  });
});

const usage = { includeUsage: true };
const continuous = { includeUsage: true, continuousUsage: true };
const twoPrompts = { prompts: [promptOfText('able'), promptOfText('about')] };

describe.skipIf(withoutCaptures)('the members of a stream, in their order, are those of', () => {
  it.each([
    ['vllm-current', 'chat', 'vllm-0.32.0/chat-stream', {}],
    ['vllm-current', 'chat', 'vllm-0.32.0/chat-stream-usage', usage],
    ['vllm-current', 'chat', 'vllm-0.32.0/chat-stream-cont-usage', continuous],
    ['vllm-current', 'chat', 'vllm-0.32.0/chat-stream-interval', continuous],
    ['vllm-current', 'chat', 'vllm-0.32.0/chat-stream-n2', { ...usage, choicesPerPrompt: 2 }],
    ['vllm-current', 'chat', 'vllm-0.32.0/chat-stream-return-ids', { returnTokenIds: true }],
    ['vllm-current', 'completions', 'vllm-0.32.0/completion-stream-usage', usage],
    ['vllm-current', 'completions', 'vllm-0.32.0/completion-stream-cont-usage', continuous],
    ['vllm-current', 'completions', 'vllm-0.32.0/completion-ids-stream', { returnTokenIds: true }],
    [
      'vllm-current',
      'completions',
      'vllm-0.32.0/completion-stream-2prompts',
      { ...usage, ...twoPrompts },
    ],
    ['sglang-current', 'chat', 'sglang-0.5.23/chat-stream', {}],
    ['sglang-current', 'chat', 'sglang-0.5.23/chat-stream-usage', usage],
    ['sglang-current', 'chat', 'sglang-0.5.23/chat-stream-cont-usage', continuous],
    ['sglang-current', 'chat', 'sglang-0.5.23/chat-stream-n2', { ...usage, choicesPerPrompt: 2 }],
    ['sglang-current', 'completions', 'sglang-0.5.23/completion-stream-usage', usage],
    ['sglang-current', 'completions', 'sglang-0.5.23/completion-stream-cont-usage', continuous],
    [
      'sglang-current',
      'completions',
      'sglang-0.5.23/completion-ids-stream',
      { returnTokenIds: true },
    ],
    [
      'sglang-current',
      'completions',
      'sglang-0.5.23/completion-stream-2prompts',
      { ...usage, ...twoPrompts },
    ],
    ['sglang-current', 'generate', 'sglang-0.5.23/generate-stream', {}],
  ] as const)('%s %s: %s', (name, shape, captured, request) => {
    const writer = written.find((one) => one.protocol.name === name && one.shape === shape)?.writer;
    if (writer === undefined) throw new Error('no such writer');
    const stream = writeStream(
      writer,
      aGeneration({ request: { shape, ...request }, cachedTokens: 2 }),
    );

    expect(eventShapes(stream)).toEqual(eventShapes(captureBody(captured)));
  });
});

describe.skipIf(withoutCaptures)(
  'the members of a whole answer, in their order, are those of',
  () => {
    it.each([
      ['vllm-current', 'chat', 'vllm-0.32.0/chat-plain', {}],
      ['vllm-current', 'completions', 'vllm-0.32.0/completion-plain', {}],
      ['vllm-current', 'completions', 'vllm-0.32.0/completion-echo-max1', { echo: true }],
      ['sglang-current', 'chat', 'sglang-0.5.23/chat-plain', {}],
      ['sglang-current', 'completions', 'sglang-0.5.23/completion-plain', {}],
      ['sglang-current', 'completions', 'sglang-0.5.23/completion-echo-max1', { echo: true }],
      ['sglang-current', 'generate', 'sglang-0.5.23/generate-plain', {}],
    ] as const)('%s %s: %s', (name, shape, captured, request) => {
      const writer = written.find(
        (one) => one.protocol.name === name && one.shape === shape,
      )?.writer;
      if (writer === undefined) throw new Error('no such writer');
      const whole = writeWhole(
        writer,
        aGeneration({ request: { shape, stream: false, ...request } }),
      );

      expect(keyShape(whole)).toEqual(keyShape(JSON.parse(captureBody(captured))));
    });
  },
);

describe.each(protocols.map((protocol) => [protocol.name, protocol] as const))(
  'a refusal of %s',
  (_name, protocol) => {
    const places: readonly RefusedAt[] = [
      { path: '/v1/completions', shape: 'completions', stream: false },
      { path: '/v1/completions', shape: 'completions', stream: true },
      { path: '/generate', shape: 'generate', stream: true },
      { path: '/tokenize', shape: undefined, stream: false },
    ];

    it.each(refusals)('of the kind $kind is an answer that a client can read', (refusal) => {
      for (const at of places) {
        const answer = protocol.refuse(refusal, at, aReplicaView());

        if (answer.contentType.startsWith('application/json')) {
          expect(() => JSON.parse(answer.body) as unknown).not.toThrow();
          expect(answer.status).toBeGreaterThanOrEqual(400);
        } else if (answer.contentType.startsWith('text/event-stream')) {
          expect(answer.status).toBe(200);
          expect(parsedEvents(answer.body)).toEqual([{ error: expect.anything() }]);
        } else {
          expect(answer).toMatchObject({ status: 500, body: 'Internal Server Error' });
        }
      }
    });

    it('tells an error inside a stream as an object under its name', () => {
      const data = protocol.errorEvent({ message: 'It "broke".', code: 500 }, 'completions');

      expect(JSON.parse(data)).toMatchObject({ error: { message: 'It "broke".', code: 500 } });
    });

    it('answers a request that failed with the status of its failure', () => {
      expect(protocol.failure({ message: 'm', code: 503 }, 'chat').status).toBe(503);
    });

    it('asks for the key in words that do not depend on the route', () => {
      expect(protocol.unauthorized()).toMatchObject({
        status: 401,
        body: '{"error":"Unauthorized"}',
      });
    });
  },
);

describe.each(protocols.map((protocol) => [protocol.name, protocol] as const))(
  'the output that %s fits into a context of 100 tokens',
  (_name, protocol) => {
    function fit(outputTokensMax: number | undefined, promptTokens: number): number {
      return protocol.fitOutput(aGenerationRequest({ outputTokensMax }), promptTokens, 100);
    }

    it('never passes the context', () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 120 }),
          fc.option(fc.integer({ min: 1, max: 120 })),
          (prompt, output) => {
            let fitted = 0;
            try {
              fitted = fit(output ?? undefined, prompt);
            } catch {
              return;
            }

            expect(prompt + fitted).toBeLessThanOrEqual(100);
            expect(fitted).toBeGreaterThanOrEqual(1);
            expect(fitted).toBeLessThanOrEqual(Math.max(1, output ?? 100));
          },
        ),
      );
    });

    it('is what was asked for when there is room', () => {
      expect(fit(10, 50)).toBe(10);
    });

    it('is refused when the prompt alone fills the context', () => {
      expect(refusalOf(() => fit(undefined, 100))).toEqual({
        kind: 'prompt-too-long',
        promptTokens: 100,
      });
    });
  },
);
