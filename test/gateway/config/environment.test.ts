import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { substitute } from '../../../gateway/config/environment.ts';

const environment = { PORT: '8080', EMPTY: '', TRICKY: '${PORT}', A_1: 'x' };

describe('a text with references to the environment', () => {
  it.each([
    ['${PORT}', '8080'],
    ['http://127.0.0.1:${PORT}/${A_1}', 'http://127.0.0.1:8080/x'],
    ['${NOT_SET:-7}', '7'],
    ['${PORT:-7}', '8080'],
    ['${EMPTY:-7}', '7'],
    ['${EMPTY}', ''],
    ['${NOT_SET:-}', ''],
    ['${NOT_SET:-a:-b}', 'a:-b'],
    ['$PORT', '$PORT'],
    ['${1X}', '${1X}'],
    ['${}', '${}'],
    ['$${PORT}', '${PORT}'],
  ])('%s is %s', (text, value) => {
    expect(substitute(text, environment)).toEqual({ text: value, missing: [] });
  });

  it('names every variable that is not there, and leaves its place', () => {
    expect(substitute('${ONE}-${PORT}-${TWO}', environment)).toEqual({
      text: '${ONE}-8080-${TWO}',
      missing: ['ONE', 'TWO'],
    });
  });

  it('does not read what comes out of a variable again', () => {
    expect(substitute('${TRICKY}', environment).text).toBe('${PORT}');
  });

  it('is the same text where it has none', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('${')),
        (text) => {
          expect(substitute(text, environment)).toEqual({ text, missing: [] });
        },
      ),
    );
  });
});
