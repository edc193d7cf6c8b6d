import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AnswerError,
  AnswerReader,
  LINE_BYTES_MAX,
} from '../../../gateway/replay/answer-reader.ts';
import { AnswerTimer } from '../../../gateway/replay/answer-timer.ts';
import type { RequestResult } from '../../../gateway/replay/request-result.ts';
import { completions } from '../../../gateway/replay/wire-formats/completions.ts';
import { generate } from '../../../gateway/replay/wire-formats/generate.ts';
import type { WireFormat } from '../../../gateway/replay/wire-formats/wire-format.ts';

const chunkOf = (text: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, text, finish_reason: null }] })}\n\n`;

const nativeChunk = (text: string, tokens: number): string =>
  `data: ${JSON.stringify({ text, meta_info: { prompt_tokens: 2, completion_tokens: tokens } })}\n\n`;

/** Feeds `reads`, each at its time, and gives the reader and the result at its last line. */
function reading(
  reads: readonly (readonly [atMs: number, bytes: string | Buffer])[],
  format: WireFormat = completions,
): { readonly reader: AnswerReader; readonly result: RequestResult } {
  const timer = new AnswerTimer({ index: 0, promptTokens: 2, outputTokens: 8 }, 0);
  const reader = new AnswerReader(timer, { format, keepsText: true });
  for (const [atMs, bytes] of reads) reader.read(Buffer.from(bytes), atMs);
  const lastMs = reads.at(-1)?.[0] ?? 0;
  reader.end(lastMs);
  const { words, usage, text } = reader;
  const end = { atMs: reader.lastLineMs ?? lastMs, words, usage, text, replica: undefined };
  return { reader, result: timer.succeeded(end, 'current') };
}

describe('AnswerReader', () => {
  it('times first text, gaps and the last line, [DONE] included', () => {
    const { result } = reading([
      [100, chunkOf('')],
      [150, chunkOf(' one')],
      [180, chunkOf(' two')],
      [190, chunkOf('')],
      [230, chunkOf(' three')],
      [240, 'data: [DONE]\n\n'],
    ]);

    expect(result.timeToFirstTokenMs).toBe(150);
    expect([...result.interTokenMs]).toEqual([30, 50]);
    expect(result.endToEndMs).toBe(240);
    expect(result.text).toBe(' one two three');
    expect(result.retokenizedTokens).toBe(3);
  });

  it('enters a gap for each chunk of one read', () => {
    const { result } = reading([
      [100, chunkOf(' one') + chunkOf(' two')],
      [150, chunkOf(' three')],
    ]);

    expect([...result.interTokenMs]).toEqual([0, 50]);
  });

  it('enters one gap for a chunk of several words', () => {
    const { result } = reading([
      [100, chunkOf(' one')],
      [150, chunkOf(' two three four')],
    ]);

    expect([...result.interTokenMs]).toEqual([50]);
    expect(result.retokenizedTokens).toBe(4);
  });

  it('counts a word that two chunks make together once', () => {
    const { reader } = reading([[1, chunkOf(' ta') + chunkOf('ble') + chunkOf('\nchair ')]]);

    expect(reader.words).toBe(2);
  });

  it('shares the gap of a native chunk among the tokens that it added', () => {
    const { result } = reading(
      [
        [100, nativeChunk(' one two', 2)],
        [160, nativeChunk(' one two three four five', 5)],
        [170, nativeChunk(' one two three four five', 5)],
        [200, nativeChunk(' one two three four five six', 6)],
      ],
      generate,
    );

    expect([...result.interTokenMs]).toEqual([20, 20, 20, 40]);
    expect(result.text).toBe(' one two three four five six');
    expect(result.outputTokens).toBe(6);
    expect(result.retokenizedTokens).toBe(6);
  });

  it('takes the last usage that it is told', () => {
    const { reader } = reading([
      [1, chunkOf(' one')],
      [2, 'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":1}}\n\n'],
    ]);

    expect(reader.usage).toEqual({ promptTokens: 9, outputTokens: 1 });
  });

  it('takes lines without a blank after the colon, CRLF ends, comments and a last line without end', () => {
    const { result } = reading([
      [10, ': ping\r\n\r\n'],
      [20, `data:${chunkOf(' one').slice(6).replaceAll('\n', '\r\n')}`],
      [30, chunkOf(' two').trimEnd()],
    ]);

    expect(result.text).toBe(' one two');
    expect(result.endToEndMs).toBe(30);
  });

  it('has heard no line of an empty body', () => {
    expect(reading([]).reader.lastLineMs).toBeUndefined();
    expect(reading([[5, '\n\n']]).reader.lastLineMs).toBeUndefined();
  });

  it('reads the same however the bytes are split', () => {
    const body = Buffer.from(
      `${chunkOf(' größer')}${chunkOf(' "quoted\\"')}${chunkOf(' 日本語 ✓')}data: [DONE]\n\n`,
    );
    const cuts = fc.array(fc.nat(body.length), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, (places) => {
        const borders = [0, ...places.toSorted((one, other) => one - other), body.length];
        const pieces = borders.map(
          (from, index) => [1, body.subarray(from, borders[index + 1] ?? body.length)] as const,
        );
        const { result } = reading(pieces);
        expect(result.text).toBe(' größer "quoted\\" 日本語 ✓');
        expect(result.interTokenMs).toHaveLength(2);
      }),
    );
  });

  it('keeps no text unless it is told to', () => {
    const timer = new AnswerTimer({ index: 0, promptTokens: 2, outputTokens: 8 }, 0);
    const reader = new AnswerReader(timer, { format: completions, keepsText: false });
    reader.read(Buffer.from(chunkOf(' one')), 1);

    expect(reader.text).toBe('');
    expect(reader.words).toBe(1);
  });
});

describe('a stream that is no answer', () => {
  it.each([
    ['an error event', 'data: {"error":{"message":"queue full"}}\n\n', 'queue full'],
    ['an old error event', 'data: {"object": "error", "message": "no"}\n\n', '"message": "no"'],
    ['an event cut in two', 'data: {"choices":[{"text":" on\n\n', 'an event that is not JSON'],
  ])('is an error: %s', (_, bytes, message) => {
    expect(() => reading([[1, chunkOf(' one') + bytes]])).toThrow(AnswerError);
    expect(() => reading([[1, chunkOf(' one') + bytes]])).toThrow(message);
  });

  it('is read up to the longest line, and not a byte further', () => {
    const longest = 'x'.repeat(LINE_BYTES_MAX);

    expect(() => reading([[1, longest]])).not.toThrow();
    expect(() => reading([[1, `${longest}x`]])).toThrow('a line is too long');
  });
});
