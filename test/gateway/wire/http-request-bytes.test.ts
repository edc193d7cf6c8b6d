import { describe, expect, it } from 'vitest';

import { JOINED_BYTES_MAX, requestBytes } from '../../../gateway/wire/http-request-bytes.ts';

const ask = { method: 'POST', path: '/v1/x', headers: { 'x-a': 'b' } } as const;

function text(body: Uint8Array | undefined): string {
  return Buffer.concat(requestBytes({ ...ask, body }, 'host:1')).toString('latin1');
}

describe('the bytes of a request', () => {
  it('are its head, a blank line and its body', () => {
    expect(text(Buffer.from('{}'))).toBe(
      'POST /v1/x HTTP/1.1\r\nhost: host:1\r\nx-a: b\r\ncontent-length: 2\r\n\r\n{}',
    );
    expect(text(undefined)).toBe('POST /v1/x HTTP/1.1\r\nhost: host:1\r\nx-a: b\r\n\r\n');
    expect(text(Buffer.alloc(0))).toMatch(/content-length: 0\r\n\r\n$/);
  });

  it('are one piece up to a bound, and a large body is not copied', () => {
    const atBound = requestBytes({ ...ask, body: Buffer.alloc(JOINED_BYTES_MAX) }, 'h');
    expect(atBound).toHaveLength(1);

    const large = Buffer.alloc(JOINED_BYTES_MAX + 1);
    expect(requestBytes({ ...ask, body: large }, 'h')[1]).toBe(large);
  });

  it.each([
    { headers: { 'x-a': 'b\r\nx-b: c' } },
    { headers: { 'x\r\na': 'b' } },
    { path: '/ HTTP/1.1\r\nx: y' },
    { headers: { 'x-a': '\u{100}' } },
    { headers: { 'x y: z': 'a' } },
    { headers: { 'Content-Length': '1' } },
    { headers: { 'transfer-encoding': 'chunked' } },
    { headers: { host: 'b' } },
    { path: '/a b' },
    { path: '' },
  ])('never break out of their lines: %j', (broken) => {
    expect(() => requestBytes({ ...ask, body: undefined, ...broken }, 'h')).toThrow(TypeError);
  });
});
