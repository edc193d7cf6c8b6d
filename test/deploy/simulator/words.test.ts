import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startChain } from '../../../deploy/simulator/hash-chain.ts';
import { tokenize } from '../../../deploy/simulator/tokens.ts';
import { wordList } from '../../../deploy/simulator/word-table.ts';
import { checkAnswer, expectedAnswer, nextToken } from '../../../deploy/simulator/words.ts';

const prompt = fc.oneof(fc.string(), fc.array(fc.nat(128_255), { minLength: 1, maxLength: 20 }));

function wordsOf(text: string): string[] {
  return text.split(' ').slice(1);
}

function textOf(words: readonly string[]): string {
  return words.map((word) => ` ${word}`).join('');
}

describe('an expected answer', () => {
  it('has as many words as asked for, each in the list', () => {
    const words = wordsOf(expectedAnswer({ prompt: 'Hello' }, 300));

    expect(words).toHaveLength(300);
    expect(words.filter((word) => !wordList.includes(word))).toEqual([]);
  });

  it('is nothing when no word is asked for', () => {
    expect(expectedAnswer({ prompt: 'Hello' }, 0)).toBe('');
  });

  it('of a text is the expected answer of its tokens', () => {
    expect(expectedAnswer({ prompt: 'Hello there' }, 20)).toBe(
      expectedAnswer({ prompt: tokenize('Hello there') }, 20),
    );
  });

  it('goes on from its own beginning: a prompt and k words give word k + 1', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(40), (text, sent) => {
        fc.pre(!text.endsWith(' '));
        const whole = expectedAnswer({ prompt: text }, 50);
        const begun = textOf(wordsOf(whole).slice(0, sent));

        expect(begun + expectedAnswer({ prompt: text + begun }, 50 - sent)).toBe(whole);
      }),
    );
  });

  it('goes on from its own beginning in token ids too', () => {
    const ids = [9, 8, 7];
    const whole = expectedAnswer({ prompt: ids }, 30);
    const begun = textOf(wordsOf(whole).slice(0, 10));

    expect(begun + expectedAnswer({ prompt: [...ids, ...tokenize(begun)] }, 20)).toBe(whole);
  });

  it('is another one for another prompt', () => {
    expect(expectedAnswer({ prompt: 'Hello' }, 20)).not.toBe(
      expectedAnswer({ prompt: 'Hello!' }, 20),
    );
  });

  it('is another one for another choice', () => {
    const answers = [0, 1, 2].map((choice) => expectedAnswer({ prompt: 'Hello', choice }, 20));

    expect(new Set(answers).size).toBe(3);
  });
});

describe('a check of an answer', () => {
  it('finds every word of a right answer right, at every length', () => {
    fc.assert(
      fc.property(prompt, fc.nat(60), (given, count) => {
        const text = expectedAnswer({ prompt: given }, count);

        expect(checkAnswer({ prompt: given }, text)).toEqual({ words: count });
      }),
    );
  });

  const right = wordsOf(expectedAnswer({ prompt: 'Hello' }, 12));

  it('finds a lost word', () => {
    const check = checkAnswer({ prompt: 'Hello' }, textOf(right.toSpliced(5, 1)));

    expect(check).toEqual({
      words: 5,
      wrong: { at: 5, expected: right[5], found: right[6] },
    });
  });

  it('finds a doubled word', () => {
    const check = checkAnswer({ prompt: 'Hello' }, textOf(right.toSpliced(5, 0, right[4] ?? '')));

    expect(check).toEqual({
      words: 5,
      wrong: { at: 5, expected: right[5], found: right[4] },
    });
  });

  it('finds two words that changed places', () => {
    const swapped = right.with(3, right[4] ?? '').with(4, right[3] ?? '');

    expect(checkAnswer({ prompt: 'Hello' }, textOf(swapped)).words).toBe(3);
  });

  it('finds a word that is cut', () => {
    const text = textOf(right).slice(0, -1);

    expect(checkAnswer({ prompt: 'Hello' }, text).words).toBe(11);
  });

  it('finds an answer to another prompt, and to another choice', () => {
    expect(checkAnswer({ prompt: 'Hullo' }, textOf(right)).wrong).toBeDefined();
    expect(checkAnswer({ prompt: 'Hello', choice: 1 }, textOf(right)).wrong).toBeDefined();
  });

  it('finds text that does not begin as an answer does', () => {
    expect(checkAnswer({ prompt: 'Hello' }, `so${textOf(right)}`)).toEqual({
      words: 0,
      wrong: { at: 0, expected: '', found: 'so' },
    });
  });

  it('finds two blanks where one belongs', () => {
    const text = textOf(right.slice(0, 2));

    expect(checkAnswer({ prompt: 'Hello' }, `${text}  ${right[2]}`).words).toBe(2);
  });

  it('has nothing against no answer', () => {
    expect(checkAnswer({ prompt: 'Hello' }, '')).toEqual({ words: 0 });
  });
});

describe('the next token', () => {
  it('is a word of the list', () => {
    fc.assert(
      fc.property(fc.integer(), (chain) => {
        expect(wordList[nextToken(chain).word]).toBeDefined();
      }),
    );
  });

  it('ends an answer about once in 256', () => {
    let ends = 0;
    for (let chain = 0; chain < 100_000; chain += 1) if (nextToken(chain).ends) ends += 1;

    // 390.6 are expected; five standard deviations are about 99.
    expect(ends).toBeGreaterThan(290);
    expect(ends).toBeLessThan(490);
  });

  it('follows from the chain alone', () => {
    expect(nextToken(startChain(0))).toEqual(nextToken(startChain(0)));
  });
});
