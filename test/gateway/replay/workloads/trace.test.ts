import { describe, expect, it } from 'vitest';
import {
  TRACE_TOKENS_MAX,
  TraceError,
  traceWorkload,
} from '../../../../gateway/replay/workloads/trace.ts';

const lines = (...rows: readonly object[]): string =>
  rows.map((row) => JSON.stringify(row)).join('\n');

const aRow = (fields: object = {}): object => ({
  arrival: 0,
  input_tokens: 100,
  output_tokens: 20,
  ...fields,
});

describe('a trace of our own', () => {
  it('gives arrivals in milliseconds, lengths, and a prompt that no other request shares', () => {
    const { dataset, requests } = traceWorkload(lines(aRow(), aRow({ arrival: 1.25 })));

    expect(dataset).toBe('trace');
    expect(requests[1]).toEqual({
      index: 1,
      arrivalMs: 1250,
      promptTokens: 100,
      outputTokens: 20,
      prompt: { kind: 'words', segments: [{ content: 'request 1', tokens: 100 }] },
    });
  });

  it('starts at the earliest request and goes on in order of arrival', () => {
    const { requests } = traceWorkload(
      lines(aRow({ arrival: 9, output_tokens: 3 }), aRow({ arrival: 7, output_tokens: 1 })),
    );

    expect(
      requests.map(({ index, arrivalMs, outputTokens }) => [index, arrivalMs, outputTokens]),
    ).toEqual([
      [0, 0, 1],
      [1, 2000, 3],
    ]);
  });

  it('shares the first tokens of one prefix', () => {
    const { requests } = traceWorkload(lines(aRow({ prefix: 'system', prefix_tokens: 64 })));

    expect(requests[0]?.prompt).toEqual({
      kind: 'words',
      segments: [
        { content: 'prefix system', tokens: 64 },
        { content: 'request 0', tokens: 36 },
      ],
    });
  });

  it.each([
    ['no length', {}],
    ['a length beyond the prompt', { prefix_tokens: 101 }],
  ])('makes the whole prompt of a prefix with %s', (_, fields) => {
    const { requests } = traceWorkload(lines(aRow({ prefix: 7, ...fields })));

    expect(requests[0]?.prompt).toMatchObject({
      segments: [
        { content: 'prefix 7', tokens: 100 },
        { content: 'request 0', tokens: 0 },
      ],
    });
  });

  it('skips blank lines and reads Windows line ends', () => {
    expect(traceWorkload(`\n${lines(aRow())}\r\n\n`).requests).toHaveLength(1);
  });

  it('stops at the number of requests that is asked for', () => {
    const three = lines(aRow(), aRow(), aRow());

    expect(traceWorkload(three, 3).requests).toHaveLength(3);
    expect(traceWorkload(three, 2).requests).toHaveLength(2);
  });
});

describe('a Mooncake trace', () => {
  it('gives one stretch a block, the last one cut to the prompt', () => {
    const { requests } = traceWorkload(
      lines(
        { timestamp: 3000, input_length: 1100, output_length: 52, hash_ids: [46, 47, 48] },
        { timestamp: 3500, input_length: 600, output_length: 9, hash_ids: [46, 50] },
      ),
    );

    expect(requests.map(({ arrivalMs }) => arrivalMs)).toEqual([0, 500]);
    expect(requests[0]?.prompt).toEqual({
      kind: 'words',
      segments: [
        { content: 'block 46', tokens: 512 },
        { content: 'block 47', tokens: 512 },
        { content: 'block 48', tokens: 76 },
      ],
    });
  });

  it('gives what the hash ids leave to the request alone', () => {
    const { requests } = traceWorkload(
      lines({ timestamp: 0, input_length: 600, output_length: 1, hash_ids: [1] }),
    );

    expect(requests[0]?.prompt).toMatchObject({
      segments: [
        { content: 'block 1', tokens: 512 },
        { content: 'request 0', tokens: 88 },
      ],
    });
  });

  it('takes fields that it does not know', () => {
    const row = { timestamp: 0, input_length: 5, output_length: 1, session: 'x' };

    expect(traceWorkload(lines(row)).requests).toHaveLength(1);
  });
});

describe('a trace that cannot be read', () => {
  it.each([
    ['an empty file', '', 'the trace holds no request'],
    ['a line that is no JSON', `${lines(aRow())}\n{`, 'line 2 is not JSON'],
    ['a missing field', lines({ arrival: 0, output_tokens: 1 }), 'line 1, input_tokens'],
    ['an unknown field', lines(aRow({ tokens: 1 })), 'line 1: Unrecognized key: "tokens"'],
    ['an empty prompt', lines(aRow({ input_tokens: 0 })), 'line 1, input_tokens'],
    ['a negative arrival', lines(aRow({ arrival: -1 })), 'line 1, arrival'],
    ['half a token', lines(aRow({ output_tokens: 0.5 })), 'line 1, output_tokens'],
    [
      'a length past the bound',
      lines(aRow({ input_tokens: TRACE_TOKENS_MAX + 1 })),
      'input_tokens',
    ],
    ['a bad Mooncake line', lines({ timestamp: 0, input_length: 1 }), 'line 1, output_length'],
  ])('says where it fails: %s', (_, text, message) => {
    expect(() => traceWorkload(text)).toThrow(TraceError);
    expect(() => traceWorkload(text)).toThrow(message);
  });

  it('takes a length at the bound', () => {
    const { requests } = traceWorkload(lines(aRow({ input_tokens: TRACE_TOKENS_MAX })));

    expect(requests[0]?.promptTokens).toBe(TRACE_TOKENS_MAX);
  });
});
