import { describe, expect, it } from 'vitest';
import {
  BadFaultRule,
  type FaultRule,
  isRequestFault,
  readFaultRule,
} from '../../../deploy/simulator/fault-rules.ts';
import { RequestRefused } from '../../../deploy/simulator/refusal.ts';

function fault(value: unknown): FaultRule['fault'] {
  return readFaultRule(value).fault;
}

describe('a fault rule', () => {
  it.each([
    [{ kind: 'hang' }, { kind: 'hang' }],
    [{ kind: 'status' }, { kind: 'status', status: 503, retryAfterSeconds: undefined }],
    [
      { kind: 'status', status: 429, retryAfterSeconds: 2 },
      { kind: 'status', status: 429, retryAfterSeconds: 2 },
    ],
    [{ kind: 'die' }, { kind: 'die', at: 0, how: 'rst' }],
    [
      { kind: 'die', at: 'headers', how: 'fin' },
      { kind: 'die', at: 'headers', how: 'fin' },
    ],
    [
      { kind: 'die', at: 5 },
      { kind: 'die', at: 5, how: 'rst' },
    ],
    [
      { kind: 'garbage', at: 'headers' },
      { kind: 'garbage', at: 'headers' },
    ],
    [
      { kind: 'stall', at: 3 },
      { kind: 'stall', at: 3, ms: undefined },
    ],
    [
      { kind: 'stall', at: 3, ms: 500 },
      { kind: 'stall', at: 3, ms: 500 },
    ],
    [
      { kind: 'error-event' },
      { kind: 'error-event', at: 0, message: 'Simulated failure.', code: 500 },
    ],
    [
      { kind: 'error-event', at: 2, message: 'm', code: 503 },
      { kind: 'error-event', at: 2, message: 'm', code: 503 },
    ],
    [
      { kind: 'clean-end', at: 4 },
      { kind: 'clean-end', at: 4 },
    ],
    [
      { kind: 'comment', at: 4 },
      { kind: 'comment', at: 4 },
    ],
    [
      { kind: 'abort', at: 4 },
      { kind: 'abort', at: 4 },
    ],
    [{ kind: 'refuse' }, { kind: 'refuse', how: 'close' }],
    [
      { kind: 'refuse', how: 'reset' },
      { kind: 'refuse', how: 'reset' },
    ],
    [
      { kind: 'slow', factor: 2.5 },
      { kind: 'slow', factor: 2.5 },
    ],
    [{ kind: 'freeze' }, { kind: 'freeze' }],
    [{ kind: 'frozen-metrics' }, { kind: 'frozen-metrics' }],
    [{ kind: 'restart' }, { kind: 'restart' }],
  ])('%j is read', (value, expected) => {
    expect(fault(value)).toEqual(expected);
  });

  it('strikes every generation for ever unless it says otherwise', () => {
    expect(readFaultRule({ kind: 'hang' })).toMatchObject({
      times: Infinity,
      match: { path: undefined, bodyIncludes: undefined },
    });
  });

  it('may say how often, and which', () => {
    const match = { path: '/health', bodyIncludes: 'x' };

    expect(readFaultRule({ kind: 'hang', times: 1, match })).toMatchObject({ times: 1, match });
  });

  it.each([
    [{}, 'kind is one of'],
    [{ kind: 'nap' }, 'kind is one of'],
    [[], 'a JSON object'],
    ['hang', 'a JSON object'],
    [{ kind: 'hang', times: 0 }, 'times is 1 or more'],
    [{ kind: 'die', at: -1 }, 'at is a number of tokens, 0 or more'],
    [{ kind: 'die', how: 'softly' }, 'how is one of rst, fin'],
    [{ kind: 'refuse', how: 'politely' }, 'how is one of close, reset'],
    [{ kind: 'status', status: 399 }, 'status is 400 to 599'],
    [{ kind: 'status', status: 600 }, 'status is 400 to 599'],
    [{ kind: 'error-event', code: 200 }, 'code is 400 to 599'],
    [{ kind: 'slow' }, 'factor is above 0'],
    [{ kind: 'slow', factor: 0 }, 'factor is above 0'],
    [{ kind: 'slow', factor: -1 }, 'factor is above 0'],
  ])('%j is refused because %s', (value, message) => {
    expect(() => readFaultRule(value)).toThrow(BadFaultRule);
    expect(() => readFaultRule(value)).toThrow(message);
  });

  it.each([
    [{ kind: 7 }],
    [{ kind: 'die', at: 'later' }],
    [{ kind: 'stall', ms: 'long' }],
    [{ kind: 'hang', match: 'all' }],
  ])('%j is refused for a member of the wrong type', (value) => {
    expect(() => readFaultRule(value)).toThrow(RequestRefused);
  });

  it('takes statuses from 400 to 599', () => {
    expect(fault({ kind: 'status', status: 400 })).toMatchObject({ status: 400 });
    expect(fault({ kind: 'status', status: 599 })).toMatchObject({ status: 599 });
  });

  it.each([
    ['hang', true],
    ['die', true],
    ['refuse', false],
    ['slow', false],
    ['freeze', false],
    ['frozen-metrics', false],
    ['restart', false],
  ])('of the kind %s is about a request: %s', (kind, is) => {
    expect(isRequestFault(fault({ kind, factor: 2 }))).toBe(is);
  });
});
