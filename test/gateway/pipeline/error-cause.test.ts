import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../gateway/generation/error.ts';
import { CAUSE_CHARACTERS_MAX, causeOf } from '../../../gateway/pipeline/error-cause.ts';

function failed(cause: unknown): GatewayError {
  return new GatewayError('engine_failed', 'Replica a broke the connection.', { cause });
}

function aSocketError(message: string): Error {
  return Object.assign(new Error(message), { code: 'ECONNRESET' });
}

describe('the cause of a failure', () => {
  it('is code and message of the error below it', () => {
    expect(causeOf(failed(aSocketError('the other side closed the connection')))).toBe(
      'ECONNRESET the other side closed the connection',
    );
  });

  it('is the lowest of several, and says its code once', () => {
    const lowest = aSocketError('ECONNRESET by\n peer');

    expect(causeOf(failed(new Error('above', { cause: lowest })))).toBe('ECONNRESET by peer');
  });

  it('names the kind of an error without a code', () => {
    expect(causeOf(failed(new TypeError('no status line')))).toBe('TypeError no status line');
  });

  it.each([
    ['nothing', undefined],
    ['what is no error', 'a text'],
  ])('is none where below it is %s', (_, cause) => {
    expect(causeOf(failed(cause))).toBeUndefined();
  });

  it('is not told of a client: what a parser says of a body repeats parts of it', () => {
    const cause = new SyntaxError('Unexpected token in "my secret"');

    expect(causeOf(new GatewayError('invalid_request', 'x', { cause }))).toBeUndefined();
    expect(causeOf(new GatewayError('internal', 'x', { cause }))).toBeUndefined();
  });

  it.each([
    [CAUSE_CHARACTERS_MAX, CAUSE_CHARACTERS_MAX],
    [CAUSE_CHARACTERS_MAX + 1, CAUSE_CHARACTERS_MAX],
  ])('of %i characters is told in %i', (characters, kept) => {
    const message = 'x'.repeat(characters - 'ECONNRESET '.length);

    expect(causeOf(failed(aSocketError(message)))).toHaveLength(kept);
  });

  it('is found where errors lie in a ring', () => {
    const error = new Error('round');
    error.cause = error;

    expect(causeOf(failed(error))).toBe('Error round');
  });
});
