import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  errorMessageIn,
  errorStatusIn,
  MESSAGE_CHARACTERS_MAX,
} from '../../../gateway/pipeline/engine-error.ts';

function body(error: object): Buffer {
  return Buffer.from(JSON.stringify({ error }));
}

describe('the status in an engine’s error', () => {
  it.each([
    [{ code: 400 }, 400],
    [{ code: 599 }, 599],
    [{ code: '503' }, 503],
    [{ code: 399 }, 500],
    [{ code: 600 }, 500],
    [{ code: 5030 }, 500],
    [{ code: 'queue_full' }, 500],
    [{ code: null }, 500],
    [{ message: 'x' }, 500],
  ])('of %j is %i', (error, status) => {
    expect(errorStatusIn(body(error))).toBe(status);
  });

  it('is not one that its message speaks of', () => {
    expect(errorStatusIn(body({ message: 'see "code": 404', code: 503 }))).toBe(503);
  });

  it('is read from JSON with spaces too', () => {
    expect(errorStatusIn(Buffer.from('{"error": {"code": 429}}'))).toBe(429);
  });
});

describe('the message of an engine’s error', () => {
  it('is what it says, escapes and letters of more than one byte included', () => {
    const message = 'Zu "lang":\n 9000 > 8192 🍏';

    expect(errorMessageIn(body({ message, code: 400 }))).toBe(message);
  });

  it('is that for any text', () => {
    fc.assert(
      fc.property(fc.string(), (message) => {
        expect(errorMessageIn(body({ message }))).toBe(message.slice(0, MESSAGE_CHARACTERS_MAX));
      }),
    );
  });

  it('is as long as the bound and not a character longer', () => {
    const message = 'x'.repeat(MESSAGE_CHARACTERS_MAX);

    expect(errorMessageIn(body({ message }))).toBe(message);
    expect(errorMessageIn(body({ message: `${message}y` }))).toBe(message);
  });

  it('may be all that there is of the error', () => {
    expect(errorMessageIn(Buffer.from('{ "error" : "No room." }'))).toBe('No room.');
  });

  it.each(['', '{}', '{"error":""}', '{"error":{"message":null}}', 'oops'])(
    'is missing in %j, and that is said',
    (text) => {
      expect(errorMessageIn(Buffer.from(text))).toBe('it gave no message');
    },
  );

  it('is shown raw where its JSON is broken', () => {
    expect(errorMessageIn(Buffer.from('{"message":"a\\q"}'))).toBe('a\\q');
  });
});
