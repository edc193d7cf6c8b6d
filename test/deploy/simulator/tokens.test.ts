import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  detokenize,
  markers,
  tokenize,
  tokenText,
  vocabularySize,
} from '../../../deploy/simulator/tokens.ts';
import { wordList } from '../../../deploy/simulator/word-table.ts';

const listWord = fc.constantFrom(...wordList);
const listText = fc
  .array(listWord, { minLength: 1, maxLength: 60 })
  .map((words) => words.join(' '));

describe('the tokens of a text', () => {
  it('are as many as its words when all are in the list', () => {
    fc.assert(
      fc.property(listText, (text) => {
        expect(tokenize(text)).toHaveLength(text.split(' ').length);
      }),
    );
  });

  it('are none for an empty text', () => {
    expect(tokenize('')).toEqual([]);
  });

  it.each([
    ['a word of ten letters', 'experiment', 1],
    ['a word of eleven letters', 'experiments', 3],
    ['a word with a capital', 'Hello', 1],
    ['two words', 'Hello world', 2],
    ['a word and a comma', 'Hello,', 2],
    ['eight digits', '12345678', 2],
    ['nine digits', '123456789', 3],
    ['three Chinese characters of three bytes each', '你好吗', 2],
    ['an emoji of four bytes', '😀', 1],
    ['two blanks', '  ', 2],
    ['a line break between words', 'one\ntwo', 3],
    ['a blank at the end', 'one ', 2],
    ['a word after two blanks', 'one  two', 3],
  ])('%s: %j is %d', (_what, text, count) => {
    expect(tokenize(text)).toHaveLength(count);
  });

  it('are about one for four bytes of text that is no word', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9/+=]{12,200}$/), (text) => {
        const { length } = tokenize(text);

        expect(length).toBe(Math.ceil(text.length / 4));
      }),
    );
  });

  it('lie in the vocabulary and outside the marks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const marks = new Set<number>(Object.values(markers));
        for (const id of tokenize(text)) {
          expect(id).toBeGreaterThanOrEqual(0);
          expect(id).toBeLessThan(vocabularySize);
          expect(marks.has(id)).toBe(false);
        }
      }),
    );
  });

  it('stay what they were when the text goes on with a blank', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), listText, (before, after) => {
        // A blank at the end would join what follows.
        fc.pre(!before.endsWith(' '));
        const whole = tokenize(`${before} ${after}`);

        expect(whole.slice(0, tokenize(before).length)).toEqual(tokenize(before));
        expect(whole.slice(tokenize(before).length)).toEqual(tokenize(` ${after}`));
      }),
    );
  });

  it('tell a word with a blank before it from one without', () => {
    expect(tokenize(' able')).not.toEqual(tokenize('able'));
  });

  it('tell words apart that are not in the list', () => {
    expect(tokenize('zebra')).not.toEqual(tokenize('zebras'));
    expect(tokenize('zebra')).not.toEqual(tokenize(' zebra'));
    expect(tokenize('zebra')).not.toEqual(tokenize('Zebra'));
  });

  it('number the words of the list from 0, with their blank', () => {
    expect(tokenize(` ${wordList.join(' ')}`)).toEqual(wordList.map((_, index) => index));
  });
});

describe('the text of tokens', () => {
  it('is the text that they came from, for words of the list', () => {
    fc.assert(
      fc.property(listText, fc.boolean(), (text, isSpaced) => {
        const whole = isSpaced ? ` ${text}` : text;

        expect(detokenize(tokenize(whole))).toBe(whole);
      }),
    );
  });

  it('names marks', () => {
    expect(detokenize([markers.user, 0, markers.endOfTurn])).toBe('<|user|> able<|endOfTurn|>');
  });

  it('gives an id back that was hashed from a text', () => {
    const [id = -1] = tokenize('zebra');

    expect(tokenText(id)).toBe(`<|${id}|>`);
  });

  it('names an id that no text has', () => {
    expect(tokenText(600)).toBe('<|600|>');
    expect(tokenText(vocabularySize)).toBe(`<|${vocabularySize}|>`);
  });
});
