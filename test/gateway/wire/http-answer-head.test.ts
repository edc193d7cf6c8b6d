import { describe, expect, it } from 'vitest';

import { HttpAnswerError, readAnswerHead } from '../../../gateway/wire/http-answer-head.ts';

function head(...lines: readonly string[]) {
  return readAnswerHead(['HTTP/1.1 200 OK', ...lines].join('\r\n'));
}

const sized = 'Content-Length: 5';

describe('the status line of an answer', () => {
  it.each([
    ['HTTP/1.1 200 OK', 200],
    ['HTTP/1.1 429 ', 429],
    ['HTTP/1.0 503', 503],
  ])('%j tells the status', (line, status) => {
    expect(readAnswerHead(`${line}\r\n${sized}`).status).toBe(status);
  });

  it.each(['', 'HTTP/2 200 OK', 'HTTP/1.1 20 OK', 'HTTP/1.1 2000', 'HTTP/1.1 099 x', 'garbage'])(
    '%j is none',
    (line) => {
      expect(() => readAnswerHead(`${line}\r\n${sized}`)).toThrow(HttpAnswerError);
    },
  );
});

describe('the headers of an answer', () => {
  it('have lower-case names, values without blanks around them, and lists where they came twice', () => {
    const { headers } = head(
      'X-A: \t b c \t',
      'Set-Cookie: 1',
      'set-cookie: 2',
      'SET-COOKIE:3',
      'e:',
    );

    expect({ ...headers }).toEqual({ 'x-a': 'b c', 'set-cookie': ['1', '2', '3'], e: '' });
  });

  it('are read in one pass, however many blanks they have', () => {
    const blanks = ' '.repeat(60_000);

    expect(head(`x: a${blanks}b${blanks}`).headers['x']).toBe(`a${blanks}b`);
    // A pattern that tries again at each blank would not come to an end.
    expect(() => head(`x:${blanks}\n`)).toThrow(HttpAnswerError);
  });

  it('cannot name what every object has', () => {
    expect(head('constructor: a', '__proto__: b').headers['constructor']).toBe('a');
    expect(head(sized).headers['constructor']).toBeUndefined();
  });

  it.each(['no colon', ': no name', 'a b: c', ' folded: line', 'a: b\0', 'a\n: b'])(
    '%j is none',
    (line) => {
      expect(() => head(line)).toThrow(HttpAnswerError);
    },
  );
});

describe('the end of an answer', () => {
  it.each([
    [[sized], { kind: 'sized', bytes: 5 }],
    [['transfer-encoding: Chunked'], { kind: 'chunked' }],
    [[], { kind: 'until-close' }],
  ])('is known by %j', (lines, framing) => {
    expect(head(...lines).framing).toEqual(framing);
  });

  it.each([100, 199, 204, 304])('comes at once where the status is %i', (status) => {
    const { framing } = readAnswerHead(`HTTP/1.1 ${status} x\r\n${sized}`);

    expect(framing).toEqual({ kind: 'sized', bytes: 0 });
  });

  it.each([
    [['content-length: 5', 'content-length: 5']],
    [['content-length: -1']],
    [['content-length: 0x5']],
    [['content-length: 9007199254740992']],
    [['content-length: 5', 'transfer-encoding: chunked']],
    [['transfer-encoding: gzip, chunked']],
    [['transfer-encoding: chunked', 'transfer-encoding: chunked']],
  ])('is unknown by %j', (lines) => {
    expect(() => head(...lines)).toThrow(HttpAnswerError);
  });
});

describe('a connection after its answer', () => {
  it('may have another request, for as long as the server says, less a second', () => {
    expect(head(sized).keepAliveMs).toBe(Infinity);
    expect(head(sized, 'keep-alive: timeout=5, max=9').keepAliveMs).toBe(4_000);
    expect(head(sized, 'keep-alive: timeout=1').keepAliveMs).toBe(0);
  });

  it('may have none where it is closed, by word, by version or by the end of the body', () => {
    expect(head(sized, 'connection: Close').keepAliveMs).toBe(0);
    expect(head().keepAliveMs).toBe(0);
    expect(readAnswerHead(`HTTP/1.0 200 OK\r\n${sized}`).keepAliveMs).toBe(0);
  });
});
