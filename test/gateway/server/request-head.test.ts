import { describe, expect, it } from 'vitest';

import type { RequestHead } from '../../../gateway/server/request-head.ts';
import { faultOfHead, HEADERS_MAX, originForm } from '../../../gateway/server/request-head.ts';

/** A head as Node would make it of these headers. */
function aHead(
  headers: readonly (readonly [string, string])[] = [],
  facts: Partial<RequestHead> = {},
): RequestHead {
  const all = headers.some(([name]) => name.toLowerCase() === 'host')
    ? headers
    : [['host', 'a'] as const, ...headers];
  return {
    httpVersion: '1.1',
    method: 'POST',
    url: '/v1/completions',
    headers: Object.fromEntries(all.map(([name, value]) => [name.toLowerCase(), value])),
    rawHeaders: all.flat(),
    ...facts,
  };
}

describe('a head', () => {
  it.each([
    [[], {}],
    [[['Content-Length', '5']], {}],
    [[['Transfer-Encoding', 'Chunked']], {}],
    [[['Expect', '100-Continue']], {}],
    [[['Content-Length', '0']], { method: 'GET' }],
    [[['Host', 'gateway.test:8080']], {}],
    [[['Host', '[::1]:80']], {}],
    [[], { httpVersion: '1.0', headers: {}, rawHeaders: [] }],
    [[], { url: 'http://a/v1/completions' }],
    [[], { method: 'OPTIONS', url: '*' }],
    [
      [
        ['X-One', 'a'],
        ['x-one', 'b'],
      ],
      {},
    ],
  ] as const)('is sound with %j and %j', (headers, facts) => {
    expect(faultOfHead(aHead(headers, facts))).toBeUndefined();
  });

  it.each([
    [[], { httpVersion: '0.9' }, 'it is not HTTP/1.1'],
    [[], { httpVersion: '2.0' }, 'it is not HTTP/1.1'],
    [
      [
        ['Host', 'a'],
        ['host', 'b'],
      ],
      {},
      'it has more than one host',
    ],
    [
      [
        ['Authorization', 'a'],
        ['authorization', 'a'],
      ],
      {},
      'it has more than one authorization',
    ],
    [[['Content_Length', '5']], {}, 'it spells content-length as content_length'],
    [[['Transfer_Encoding', 'x']], {}, 'it spells transfer-encoding as transfer_encoding'],
    [[['Host', 'a/b']], {}, 'its host is no name and port'],
    [[['Host', '']], {}, 'its host is no name and port'],
    [[], { headers: {}, rawHeaders: [] }, 'it has no host'],
    [[['Transfer-Encoding', 'gzip, chunked']], {}, 'its transfer-encoding is not chunked'],
    [
      [['Transfer-Encoding', 'chunked']],
      { httpVersion: '1.0' },
      'HTTP/1.0 has no transfer-encoding',
    ],
    [
      [
        ['Transfer-Encoding', 'chunked'],
        ['Content-Length', '5'],
      ],
      {},
      'it has a transfer-encoding and a content-length',
    ],
    [[['Content-Length', '5']], { method: 'GET' }, 'a GET has no body'],
    [[['Transfer-Encoding', 'chunked']], { method: 'HEAD' }, 'a HEAD has no body'],
    [[['Expect', '200-ok']], {}, 'it expects something else than 100-continue'],
    [[], { url: '/a#b' }, 'its target holds what no target may'],
    [[], { url: '/a\\b' }, 'its target holds what no target may'],
    [[], { url: '/ä' }, 'its target holds what no target may'],
    [[], { url: 'a/b' }, 'its target is no path'],
    [[], { url: '*' }, 'its target is no path'],
    [[], { url: 'ftp://a/b' }, 'its target is no path'],
    [[], { url: 'http://b/c' }, 'its target names another host than its host does'],
    [[], { url: 'http://x@a/c' }, 'its target names another host than its host does'],
  ] as const)('of %j and %j has the fault that %s', (headers, facts, fault) => {
    expect(faultOfHead(aHead(headers, facts))).toBe(fault);
  });

  it('may have as many headers as the bound, and not one more', () => {
    const headers = (count: number): RequestHead =>
      aHead(Array.from({ length: count - 1 }, (_, index) => [`x-${index}`, 'a'] as const));

    expect(faultOfHead(headers(HEADERS_MAX))).toBeUndefined();
    expect(faultOfHead(headers(HEADERS_MAX + 1))).toBe(`it has more than ${HEADERS_MAX} headers`);
  });
});

describe('a target', () => {
  it.each([
    ['/a?b', '/a?b'],
    ['http://a/b?c', '/b?c'],
    ['HTTPS://a:1/b', '/b'],
    ['http://a', '/'],
    ['http://a?b', '/?b'],
    ['*', '*'],
  ])('%s is asked for as %s', (target, origin) => {
    expect(originForm(target)).toBe(origin);
  });
});
