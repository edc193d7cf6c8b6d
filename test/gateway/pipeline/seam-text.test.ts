import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeamText } from '../../../gateway/pipeline/seam-text.ts';

/** What an engine shows of a text: all up to the first stop that it completes. */
function upToStop(text: string, stops: readonly string[]): string {
  for (let end = 1; end <= text.length; end += 1) {
    const found = stops.find((stop) => text.slice(0, end).endsWith(stop));
    if (found !== undefined) return text.slice(0, end - found.length);
  }
  return text;
}

/** A text without a stop in it, of so few letters that stops are often met by halves. */
const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
const stopLists = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 }),
  {
    minLength: 1,
    maxLength: 3,
  },
);

describe('a text with a seam', () => {
  it('is shown as without one, wherever the seam is and however much was withheld', () => {
    fc.assert(
      fc.property(letters, letters, stopLists, fc.nat(3), (first, second, stops, lag) => {
        // What breaks has met no stop so far.
        fc.pre(upToStop(first, stops) === first);
        const shownTo = Math.max(first.length - lag, 0);
        const shown = first.slice(0, shownTo);
        const whole = upToStop(first + second, stops);
        // An engine shows nothing that may be the start of a stop.
        fc.pre(shown.length <= whole.length);
        const seam = new SeamText(stops, { shown, withheld: first.slice(shownTo) });
        let text = shown;
        let isStopped = false;
        // The second engine sees its own text alone.
        const own = upToStop(second, stops);
        const stop = stops.find((one) => second.startsWith(own + one));
        for (const letter of [...own.split(''), '']) {
          const piece = seam.take(letter, letter === '', letter === '' ? stop : undefined);
          text += piece.text;
          isStopped = piece.stop !== undefined;
          if (isStopped) break;
        }
        expect(text).toBe(whole);
      }),
      { numRuns: 2_000 },
    );
  });

  it('names the stop that ended it', () => {
    const seam = new SeamText(['xyz', 'bc'], { shown: 'a', withheld: 'b' });

    expect(seam.take('', false)).toEqual({ text: '', stop: undefined });
    expect(seam.take('cd', false)).toEqual({ text: '', stop: 'bc' });
  });

  it('holds nothing back that cannot become a stop', () => {
    const seam = new SeamText(['bc'], { shown: '', withheld: 'ab' });

    expect(seam.take('', false)).toEqual({ text: 'a', stop: undefined });
    expect(seam.take('x', false)).toEqual({ text: 'bx', stop: undefined });
    expect(seam.take('b', false)).toEqual({ text: 'b', stop: undefined });
  });
});
