import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { HttpAnswerError } from '../../../gateway/wire/http-answer-head.ts';
import {
  ANNOUNCEMENTS_MAX,
  CHUNK_LINE_BYTES_MAX,
  HEAD_BYTES_MAX,
  HttpAnswerParser,
} from '../../../gateway/wire/http-answer-parser.ts';
import { anySplit } from '../../support/splits.ts';

/** Reads pieces, and notes what is told of them: data that follows data is one. */
class Reading {
  readonly told: string[] = [];
  readonly parser = new HttpAnswerParser({
    head: ({ status }) => void this.told.push(`head ${status}`),
    data: (bytes) => {
      this.onData();
      const last = this.told.at(-1) ?? '';
      if (last.startsWith('data ')) this.told.pop();
      this.told.push(`${last.startsWith('data ') ? last : 'data '}${bytes.toString('latin1')}`);
    },
    end: (isFollowed) => void this.told.push(isFollowed ? 'end, and more' : 'end'),
  });
  onData: () => void = () => undefined;

  read(...pieces: readonly (string | Buffer)[]): this {
    for (const piece of pieces) {
      const received = Buffer.from(piece as string, 'latin1');
      this.parser.read(received);
      // Whoever reads may use the buffer again.
      received.fill('?');
    }
    return this;
  }
}

const sized = (body: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

const chunked = (...chunks: readonly string[]): string =>
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', ...chunks].join('');

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

describe('answers', () => {
  it('are told part by part, one after the other', () => {
    const { told } = new Reading().read(
      sized('one'),
      chunked(chunk('two '), chunk('three'), '0\r\n\r\n'),
      sized(''),
    );

    expect(told).toEqual([
      'head 200',
      'data one',
      'end',
      'head 200',
      'data two three',
      'end',
      'head 200',
      'end',
    ]);
  });

  it('are told the same however they are cut', () => {
    const answer = chunked(
      'A;name=value\r\n0123456789\r\n',
      chunk('b'.repeat(300)),
      '00\r\nx: y\r\n\r\n',
    );
    const whole = new Reading().read(answer).told;
    expect(whole.at(-1)).toBe('end');

    fc.assert(
      fc.property(anySplit(Buffer.from(answer)), (pieces) => {
        expect(new Reading().read(...pieces).told).toEqual(whole);
      }),
    );
  });

  it('end with their connection where nothing else ends them', () => {
    const reading = new Reading().read('HTTP/1.1 200 OK\r\n\r\n', 'a', 'b');
    expect(reading.told).toEqual(['head 200', 'data ab']);

    reading.parser.close();

    expect(reading.told.at(-1)).toBe('end');
  });

  it('do not end with their connection where they are cut by it', () => {
    const reading = new Reading().read(sized('four').slice(0, -1));
    reading.parser.close();

    expect(reading.told).toEqual(['head 200', 'data fou']);
  });

  it('are announced by others that nobody hears of', () => {
    const { told } = new Reading().read(
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n',
      sized('a'),
    );

    expect(told).toEqual(['head 200', 'data a', 'end']);
  });
});

describe('a pause', () => {
  it('keeps what has come until it is over', () => {
    const reading = new Reading();
    reading.onData = () => reading.parser.pause();
    reading.read(chunked(chunk('a'), chunk('b'), '0\r\n\r\n'));
    expect(reading.told).toEqual(['head 200', 'data a']);

    reading.parser.resume();
    expect(reading.told).toEqual(['head 200', 'data ab']);

    reading.parser.resume();
    expect(reading.told).toEqual(['head 200', 'data ab', 'end']);
  });

  it('keeps the end of an answer whose last byte has been told', () => {
    const reading = new Reading();
    reading.onData = () => reading.parser.pause();
    reading.read(sized('a'));
    expect(reading.told.at(-1)).toBe('data a');

    reading.parser.resume();

    expect(reading.told.at(-1)).toBe('end');
  });

  it('that is over before the reading goes on keeps nothing', () => {
    const reading = new Reading();
    reading.onData = () => {
      reading.parser.pause();
      reading.parser.resume();
    };

    expect(reading.read(chunked(chunk('a'), chunk('b'), '0\r\n\r\n')).told.at(-1)).toBe('end');
  });
});

describe('what follows an answer', () => {
  it('does not spoil it, and is told with its end', () => {
    expect(new Reading().read(`${sized('a')}b`).told).toEqual([
      'head 200',
      'data a',
      'end, and more',
    ]);
    const empty = 'HTTP/1.1 204 x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n';
    expect(new Reading().read(empty).told).toEqual(['head 204', 'end, and more']);
  });
});

describe('what is no answer', () => {
  it.each([
    ['a change of protocol', 'HTTP/1.1 101 x\r\n\r\n'],
    ['a chunk without a size', chunked('\r\n')],
    ['a size that is none', chunked('x\r\n')],
    ['a size that runs into something', chunked('1x\r\n')],
    ['a size of nine digits', chunked('000000001\r\na\r\n')],
    ['a size that ends with a line feed alone', chunked('1\na\r\n')],
    ['a chunk that is longer than its size', chunked('1\r\nab\r\n')],
    ['a chunk with half a border', chunked('1\r\na\rb')],
  ])('%s is refused', (_name, bytes) => {
    expect(() => new Reading().read(bytes)).toThrow(HttpAnswerError);
  });

  it('announcements may be so many, and no more', () => {
    const announced = 'HTTP/1.1 100 x\r\n\r\n'.repeat(ANNOUNCEMENTS_MAX);
    expect(new Reading().read(announced + sized('')).told).toEqual(['head 200', 'end']);

    expect(() => new Reading().read(announced, 'HTTP/1.1 100 x\r\n\r\n')).toThrow(HttpAnswerError);
  });

  it('a size of eight digits is one', () => {
    expect(new Reading().read(chunked('00000001\r\na\r\n')).told).toEqual(['head 200', 'data a']);
  });

  it('a head may be so long, and no longer', () => {
    const start = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx: ';
    const filled = start + 'y'.repeat(HEAD_BYTES_MAX - start.length);
    expect(new Reading().read(filled, '\r\n\r\n').told).toEqual(['head 200', 'end']);

    expect(() => new Reading().read(`${filled}y`)).toThrow(HttpAnswerError);
    expect(() => new Reading().read(`${filled}y\r\n\r\n`)).toThrow(HttpAnswerError);
  });

  it('the line before a chunk may be so long, and no longer', () => {
    const filled = `1;${'x'.repeat(CHUNK_LINE_BYTES_MAX - 3)}\r`;
    expect(new Reading().read(chunked(filled), '\na\r\n').told).toEqual(['head 200', 'data a']);

    expect(() => new Reading().read(chunked(`1${filled}`))).toThrow(HttpAnswerError);
  });

  it('a trailer may be so long, and no longer', () => {
    const line = `${'t'.repeat(998)}\r\n`;
    const lines = line.repeat(Math.floor((HEAD_BYTES_MAX - 2) / line.length));
    const rest = `${'t'.repeat(HEAD_BYTES_MAX - 4 - lines.length)}\r\n`;
    expect(new Reading().read(chunked('0\r\n', lines, rest, '\r\n')).told.at(-1)).toBe('end');

    expect(() => new Reading().read(chunked('0\r\n', lines, 't', rest, '\r\n'))).toThrow(
      HttpAnswerError,
    );
    expect(() => new Reading().read(chunked('0\r\n', 't'.repeat(HEAD_BYTES_MAX + 1)))).toThrow(
      HttpAnswerError,
    );
  });
});
