import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialects } from '../../gateway/dialects/catalog.ts';
import type { Dialect } from '../../gateway/dialects/dialect.ts';
import { eventKinds } from '../../gateway/dialects/dialect.ts';
import type { ErrorCode } from '../../gateway/generation/error.ts';
import { errorKinds, GatewayError } from '../../gateway/generation/error.ts';
import type { GenerateRequest, Usage } from '../../gateway/generation/request.ts';
import { eventEnd, EventJoiner } from '../../gateway/wire/sse.ts';
import { type Capture, captures, streamsUnder, withoutCaptures } from '../support/captures.ts';
import { anySplit, singleBytes } from '../support/splits.ts';
import { chatEvent, errorEvent, generateEvent, textEvent } from '../support/streams.ts';

/** What the suite has to know of a member. */
interface Sample {
  /** The smallest body that a path takes. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Members that it reads, each with a value of the wrong type. */
  readonly wrong: Readonly<Record<string, unknown>>;
  /** Members that it only estimates from, each with a value that it makes nothing of. */
  readonly estimated: Readonly<Record<string, unknown>>;
  /** An event that generated this text; `undefined` where nothing is streamed. */
  readonly outputEvent: ((text: string) => string) | undefined;
}

const messages = [{ role: 'user', content: 'Hello' }];

const samples: Readonly<Record<string, Sample>> = {
  'openai-chat': {
    body: { messages },
    wrong: { model: 7, stream: 'yes', n: 0, stream_options: [] },
    estimated: { max_tokens: -1, max_completion_tokens: '9', ignore_eos: 1 },
    outputEvent: chatEvent,
  },
  'openai-completions': {
    body: { prompt: 'Hello' },
    wrong: { model: {}, stream: 1, n: 1.5, stream_options: 'all' },
    estimated: { max_tokens: -1, ignore_eos: 'yes' },
    outputEvent: textEvent,
  },
  'sglang-generate': {
    body: { text: 'Hello' },
    wrong: { stream: 'true', sampling_params: 'greedy' },
    estimated: { sampling_params: { max_new_tokens: -1, ignore_eos: 1 } },
    outputEvent: (text) => generateEvent(text, 1),
  },
  'openai-calls': {
    body: {},
    wrong: { model: ['a'] },
    estimated: {},
    outputEvent: undefined,
  },
};

const noEnd = { usage: undefined, finishReason: undefined, finishedChoices: 0 };

function refusal(decode: () => GenerateRequest): GatewayError {
  try {
    decode();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('the body was taken');
}

function eventsIn(chunks: readonly Buffer[]): string[] {
  const joiner = new EventJoiner();
  return chunks.flatMap((chunk) => {
    const bytes = joiner.join(chunk);
    const events: string[] = [];
    let start = 0;
    for (let end = eventEnd(bytes, 0); end !== -1; end = eventEnd(bytes, end)) {
      events.push(bytes.toString('latin1', start, end));
      start = end;
    }
    joiner.hold(bytes, start);
    return events;
  });
}

/** All that a dialect reads of a stream. */
function reading(dialect: Dialect, chunks: readonly Buffer[]): unknown[] {
  return eventsIn(chunks).map((event) => ({
    kinds: dialect.classify(event),
    tokens: dialect.outputTokensSoFar(event),
    end: dialect.readEnd(event),
  }));
}

/** The counts that a text tells of an answer, or of its first choice. */
function usageIn(dialect: Dialect, text: string): Usage | undefined {
  const { usage, choiceUsages } = dialect.readEnd(text);
  return usage ?? choiceUsages?.values().next().value;
}

function countOf(dialect: Dialect, { chunks }: Capture, kind: number): number {
  return eventsIn(chunks).filter((event) => (dialect.classify(event) & kind) !== 0).length;
}

describe('the dialects', () => {
  it('each have a sample in this suite', () => {
    expect(dialects.map(({ name }) => name).toSorted()).toEqual(Object.keys(samples).toSorted());
  });

  it('share no path', () => {
    const paths = dialects.flatMap((dialect) => [...dialect.paths.keys()]);

    expect(new Set(paths).size).toBe(paths.length);
  });
});

describe.each(dialects.map((dialect) => [dialect.name, dialect] as const))(
  '%s',
  (name, dialect) => {
    const { body, wrong, estimated, outputEvent } = samples[name] ?? {
      body: {},
      wrong: {},
      estimated: {},
      outputEvent: undefined,
    };
    const paths = [...dialect.paths.keys()];
    const [path = ''] = paths;
    const decode = (text: string): GenerateRequest => dialect.decode(Buffer.from(text), path);

    describe('decodes', () => {
      it.each(paths)('the smallest body of %s', (ownPath) => {
        const request = dialect.decode(Buffer.from(JSON.stringify(body)), ownPath);

        expect(request).toMatchObject({
          operation: dialect.paths.get(ownPath),
          model: undefined,
          stream: false,
          ignoresEndOfSequence: false,
        });
      });

      it('without touching the bytes, and lists the members for splicing', () => {
        const bytes = Buffer.from(JSON.stringify({ ...body, unknown: ['é'] }, undefined, 2));
        const request = dialect.decode(bytes, path);

        expect(request.body).toBe(bytes);
        expect(request.members.map((member) => member.name)).toEqual([
          ...Object.keys(body),
          'unknown',
        ]);
      });

      it('null as an absent member', () => {
        const nulls = Object.fromEntries(Object.keys(wrong).map((member) => [member, null]));
        const bare = decode(JSON.stringify(body));
        const { body: _, members, ...read } = decode(JSON.stringify({ ...body, ...nulls }));

        expect(members.length).toBeGreaterThan(bare.members.length);
        expect(bare).toMatchObject({ ...read, prompt: expect.anything() as unknown });
      });

      it.each(Object.entries(wrong))('no %s of %j, and names the member', (member, value) => {
        const error = refusal(() => decode(JSON.stringify({ ...body, [member]: value })));

        expect(error).toMatchObject({ code: 'invalid_request', status: 400, param: member });
        expect(error.message).toContain(`'${member}'`);
      });

      it('what it only estimates from, whatever that is: the engine judges it', () => {
        const bare = decode(JSON.stringify(body));
        const request = decode(JSON.stringify({ ...body, ...estimated }));

        expect(request).toMatchObject({ choices: bare.choices, ignoresEndOfSequence: false });
      });

      it('no member of the wrong type that is too long to be shown', () => {
        for (const member of Object.keys(wrong)) {
          const text = JSON.stringify({ ...body, [member]: 'x'.repeat(100_000) });
          const error = refusal(() => decode(text));

          expect(error).toMatchObject({ code: 'invalid_request', param: member });
          expect(error.message.length).toBeLessThan(200);
        }
      });

      it('no member whose string is broken far inside, and names it', () => {
        for (const member of Object.keys(wrong)) {
          const text = JSON.stringify({ ...body, [member]: 'x'.repeat(300) }).replace(
            'xx"',
            '\\q"',
          );

          expect(refusal(() => decode(text))).toMatchObject({
            code: 'invalid_request',
            param: member,
          });
        }
      });

      it('no body that lacks a member which it needs, and names it', (context) => {
        context.skip(Object.keys(body).length === 0, 'it needs none');

        for (const member of Object.keys(body)) {
          const error = refusal(() => decode(JSON.stringify({ ...body, [member]: null })));

          expect(error).toMatchObject({ code: 'invalid_request', param: member });
        }
      });

      it('no body that breaks off, wherever it does, and says at which byte', () => {
        const text = Buffer.from(JSON.stringify({ ...body, model: 'é', stream: false }));

        for (let end = 1; end < text.length; end += 1) {
          const error = refusal(() => dialect.decode(text.subarray(0, end), path));

          expect(error.code).toBe('invalid_request');
          expect(error.message).toMatch(/not valid JSON at byte \d+ \(line 1, column \d+\)/);
        }
      });

      it.each(['', '[]', 'null', '"text"', '7', '{} {}'])('no body that is %j', (text) => {
        expect(refusal(() => decode(text)).code).toBe('invalid_request');
      });
    });

    describe('refuses', () => {
      const codes = Object.keys(errorKinds) as ErrorCode[];

      it.each(codes)('with %s under its status, in its own shape', (code) => {
        const error = new GatewayError(code, 'What “went” wrong.', { param: 'messages[0]' });
        const { status, body: text } = dialect.encodeError(error, 'request-7');

        expect(status).toBe(errorKinds[code].status);
        expect(JSON.parse(text)).toEqual({
          error: {
            message: 'What “went” wrong.',
            type: expect.any(String) as unknown,
            param: 'messages[0]',
            code,
            request_id: 'request-7',
          },
        });
      });

      it.each(codes)('with %s inside a stream by one event that says the same', (code) => {
        const error = new GatewayError(code, 'Two\n\nlines.');
        const event = Buffer.from(dialect.encodeErrorEvent(error, 'request-7'));

        expect(eventEnd(event, 0)).toBe(event.length);
        expect(event.toString().trimEnd()).toBe(
          `data: ${dialect.encodeError(error, 'request-7').body}`,
        );
      });

      it('by events that it knows as errors itself', (context) => {
        context.skip(outputEvent === undefined, 'it streams nothing');
        const error = new GatewayError('engine_failed', 'It broke.');

        expect(dialect.classify(dialect.encodeErrorEvent(error, 'r'))).toBe(eventKinds.error);
      });

      it('by an engine’s own error, which stays what it was or becomes an error object', () => {
        const own = Buffer.from('{"error":{"message":"No.","type":"x","param":null,"code":400}}');

        expect(dialect.normaliseError(400, own)).toBe(own);
      });
    });

    describe('reads', () => {
      it('the event that ends a stream', (context) => {
        context.skip(outputEvent === undefined, 'it streams nothing');

        expect(eventEnd(Buffer.from(dialect.doneEvent), 0)).toBe(dialect.doneEvent.length);
        expect(dialect.classify(dialect.doneEvent)).toBe(eventKinds.done);
      });

      it('an engine’s error in place of an answer', (context) => {
        context.skip(outputEvent === undefined, 'it streams nothing');

        expect(dialect.classify(errorEvent())).toBe(eventKinds.error);
      });

      it.each([': keep-alive\n\n', '\n', 'data: null\n\n', 'event: ping\n\n', 'data: {}\n\n', ''])(
        'nothing in %j',
        (event) => {
          expect(dialect.classify(event)).toBe(0);
          expect(dialect.outputTokensSoFar(event)).toBeUndefined();
          expect(dialect.readEnd(event)).toEqual(noEnd);
        },
      );

      it('any text without failing', () => {
        const text = fc.oneof(
          fc.string(),
          fc
            .array(
              fc.constantFrom(
                'data: ',
                '{"usage":',
                '"finish_reason":',
                '"prompt_tokens":',
                '1',
                '"',
                '}',
              ),
            )
            .map((pieces) => pieces.join('')),
        );

        fc.assert(
          fc.property(text, (event) => {
            expect(dialect.classify(event)).toBeTypeOf('number');
            expect(dialect.readEnd(event)).toBeTypeOf('object');
            expect(['number', 'undefined']).toContain(typeof dialect.outputTokensSoFar(event));
          }),
        );
      });

      it('generated text as output, whatever it imitates', (context) => {
        if (outputEvent === undefined) return context.skip('it streams nothing');
        const plain = outputEvent('a');
        const imitations = [
          '"finish_reason":"stop"',
          '{"error":{"message":"x"}}',
          'data: [DONE]\n\n',
          '"usage":{"prompt_tokens":1,"completion_tokens":2}',
          '"choices":[]',
          '"meta_info":{"completion_tokens":9}',
          '\\"finish_reason\\": \\"abort\\"',
        ];

        for (const text of imitations) {
          const event = outputEvent(text);

          expect(dialect.classify(event)).toBe(eventKinds.output);
          expect(dialect.readEnd(event)).toEqual(dialect.readEnd(plain));
          expect(dialect.outputTokensSoFar(event)).toBe(dialect.outputTokensSoFar(plain));
        }
      });

      it('any generated text as output and nothing else', (context) => {
        if (outputEvent === undefined) return context.skip('it streams nothing');

        fc.assert(
          fc.property(fc.string({ minLength: 1 }), (text) => {
            expect(dialect.classify(outputEvent(text))).toBe(eventKinds.output);
          }),
        );
      });
    });

    describe.skipIf(withoutCaptures)('reads the streams of real engines', () => {
      const streams = streamsUnder(paths);
      /** Those of an answer: a refusal inside a stream has no choices. */
      const answers = streams.filter((stream) => countOf(dialect, stream, eventKinds.error) === 0);

      it('the same, however they are cut', (context) => {
        context.skip(outputEvent === undefined, 'it streams nothing');
        expect(streams.length).toBeGreaterThan(2);

        for (const stream of streams) {
          const whole = reading(dialect, stream.chunks);
          const bytes = Buffer.concat(stream.chunks);

          expect(reading(dialect, singleBytes(bytes)), stream.name).toEqual(whole);
          fc.assert(
            fc.property(anySplit(bytes), (chunks) => {
              expect(reading(dialect, chunks), stream.name).toEqual(whole);
            }),
            { numRuns: 5 },
          );
        }
      });

      it('with output, one finish for each choice and one end', (context) => {
        context.skip(outputEvent === undefined, 'it streams nothing');

        for (const stream of answers) {
          const { choices } = dialect.decode(
            Buffer.from(stream.requestBody ?? JSON.stringify(body)),
            stream.path,
          );

          expect(countOf(dialect, stream, eventKinds.output), stream.name).toBeGreaterThan(0);
          expect(countOf(dialect, stream, eventKinds.finish), stream.name).toBe(choices);
          expect(countOf(dialect, stream, eventKinds.done), stream.name).toBe(1);
        }
      });

      it('with the counts that the engine told, never fewer than the events with output', (context) => {
        context.skip(outputEvent === undefined, 'it streams nothing');
        const counted = answers.flatMap((stream) => {
          const usages = eventsIn(stream.chunks).flatMap((event) => usageIn(dialect, event) ?? []);
          const outputTokens = Math.max(...usages.map((usage) => usage.outputTokens));
          const isOne =
            dialect.decode(Buffer.from(stream.requestBody ?? JSON.stringify(body)), stream.path)
              .choices === 1;
          return isOne && usages.length > 0 ? [{ stream, outputTokens }] : [];
        });
        expect(counted).not.toEqual([]);

        for (const { stream, outputTokens } of counted) {
          const events = countOf(dialect, stream, eventKinds.output);

          expect(outputTokens, stream.name).toBeGreaterThanOrEqual(events);
        }
      });
    });

    it.skipIf(withoutCaptures)('takes every request that a real engine answered', () => {
      const answered = captures.filter(
        (one) => one.status === 200 && paths.includes(one.path) && one.requestBody?.startsWith('{'),
      );
      expect(answered).not.toEqual([]);

      for (const one of answered) {
        const request = dialect.decode(Buffer.from(one.requestBody ?? ''), one.path);

        expect(request.body.length, one.name).toBeGreaterThan(0);
      }
    });

    it.skipIf(withoutCaptures)(
      'reads the counts of every whole answer of a real engine',
      (context) => {
        context.skip(outputEvent === undefined, 'it generates nothing');
        const whole = captures.filter(
          ({ path: one, status, headers }) =>
            status === 200 && paths.includes(one) && headers['content-type'] === 'application/json',
        );
        expect(whole).not.toEqual([]);

        for (const { name: captured, chunks } of whole) {
          const text = Buffer.concat(chunks).toString();
          if (!text.includes('"finish_reason"')) continue;

          expect(usageIn(dialect, text), captured).toEqual({
            promptTokens: expect.any(Number) as unknown,
            outputTokens: expect.any(Number) as unknown,
            cachedTokens: expect.any(Number) as unknown,
          });
          expect(dialect.readEnd(text).finishReason, captured).toMatch(
            /^(?:length|stop|tool_calls)$/,
          );
        }
      },
    );

    it.skipIf(withoutCaptures)('gives every refusal of a real engine a message', (context) => {
      const refused = captures.filter(
        ({ path: one, status }) => status >= 400 && paths.includes(one),
      );
      context.skip(refused.length === 0, 'none was captured');

      for (const { name: captured, status, chunks } of refused) {
        const text = dialect.normaliseError(status, Buffer.concat(chunks)).toString();

        expect(JSON.parse(text), captured).toMatchObject({
          error: { message: expect.stringMatching(/\w/) as unknown },
        });
      }
    });
  },
);
