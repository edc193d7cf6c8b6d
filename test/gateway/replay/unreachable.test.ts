import { describe, expect, it } from 'vitest';

import { unreachable } from '../../../gateway/replay/unreachable.ts';

const failure = (code: string): Error => Object.assign(new Error('connect'), { code });

describe('what is said of a server that does not answer', () => {
  it.each([
    [failure('ECONNREFUSED'), 'nothing listens there (ECONNREFUSED)'],
    [failure('ENOTFOUND'), 'the name of the host is not known (ENOTFOUND)'],
    [
      new AggregateError([failure('ECONNREFUSED')], 'two addresses'),
      'nothing listens there (ECONNREFUSED)',
    ],
    [new DOMException('late', 'TimeoutError'), 'no answer in time (TimeoutError)'],
    [new TypeError('odd'), 'odd (TypeError)'],
    ['odd', 'odd (no code)'],
  ])('names the reason of %s', (error, reason) => {
    expect(unreachable('http://127.0.0.1:9', error)).toBe(
      `http://127.0.0.1:9 does not answer: ${reason}. Start a gateway or an engine there, or name another --url.`,
    );
  });
});
