import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnswerLimits, composeAnswer } from '../../../deploy/simulator/answer.ts';
import { chainOf } from '../../../deploy/simulator/hash-chain.ts';
import { markers, tokenize } from '../../../deploy/simulator/tokens.ts';
import { wordList } from '../../../deploy/simulator/word-table.ts';
import { checkAnswer, expectedAnswer } from '../../../deploy/simulator/words.ts';

function chain(prompt: string, choice = 0): number {
  return chainOf(tokenize(prompt), choice);
}

function limits(facts: Partial<AnswerLimits> = {}): AnswerLimits {
  return { outputTokensMax: 20, outputTokensMin: 0, ignoreEnd: false, stop: [], ...facts };
}

/** A prompt whose answer ends by itself, and after how many tokens. */
function aPromptThatEnds(): { readonly prompt: string; readonly tokens: number } {
  for (let index = 0; ; index += 1) {
    const prompt = `prompt ${index}`;
    const { tokens, finish } = composeAnswer(chain(prompt), limits({ outputTokensMax: 50 }));
    if (finish.reason === 'stop' && tokens > 3) return { prompt, tokens };
  }
}

describe('an answer that is told to ignore its end', () => {
  it('has every token that it may have, and runs out', () => {
    const answer = composeAnswer(chain('Hello'), limits({ outputTokensMax: 700, ignoreEnd: true }));

    expect(answer.tokens).toBe(700);
    expect(answer.finish).toEqual({ reason: 'length' });
    expect(answer.text(0, 700)).toBe(expectedAnswer({ prompt: 'Hello' }, 700));
  });

  it('is the sum of its parts, wherever it is cut', () => {
    const answer = composeAnswer(chain('Hello'), limits({ ignoreEnd: true }));

    fc.assert(
      fc.property(fc.nat(20), (cut) => {
        expect(answer.text(0, cut) + answer.text(cut, 20)).toBe(answer.text(0, 20));
        expect([...answer.ids(0, cut), ...answer.ids(cut, 20)]).toEqual(answer.ids(0, 20));
      }),
    );
  });

  it('has ids that are the tokens of its text', () => {
    const answer = composeAnswer(chain('Hello'), limits({ ignoreEnd: true }));

    expect(tokenize(answer.text(0, 20))).toEqual(answer.ids(0, 20));
  });

  it('is empty when it may have no token', () => {
    const answer = composeAnswer(chain('Hello'), limits({ outputTokensMax: 0 }));

    expect(answer.tokens).toBe(0);
    expect(answer.text(0, 0)).toBe('');
    expect(answer.finish).toEqual({ reason: 'length' });
  });
});

describe('an answer that may end by itself', () => {
  const { prompt, tokens } = aPromptThatEnds();

  it('has the end token as its last, which shows nothing', () => {
    const answer = composeAnswer(chain(prompt), limits({ outputTokensMax: 50 }));

    expect(answer.finish).toEqual({ reason: 'stop', matched: markers.endOfTurn });
    expect(answer.ids(tokens - 1, tokens)).toEqual([markers.endOfTurn]);
    expect(answer.text(tokens - 1, tokens)).toBe('');
    expect(checkAnswer({ prompt }, answer.text(0, tokens))).toEqual({ words: tokens - 1 });
  });

  it('runs out when its end would come one token too late', () => {
    const atEnd = composeAnswer(chain(prompt), limits({ outputTokensMax: tokens }));
    const before = composeAnswer(chain(prompt), limits({ outputTokensMax: tokens - 1 }));

    expect(atEnd.finish.reason).toBe('stop');
    expect(before.finish).toEqual({ reason: 'length' });
    expect(before.tokens).toBe(tokens - 1);
  });

  it('does not end before its least length', () => {
    const words = tokens - 1;
    const allowed = composeAnswer(chain(prompt), limits({ outputTokensMin: words }));
    const held = composeAnswer(
      chain(prompt),
      limits({ outputTokensMax: 50, outputTokensMin: words + 1 }),
    );

    expect(allowed.tokens).toBe(Math.min(20, tokens));
    expect(held.tokens).toBeGreaterThan(tokens);
  });

  it('ends where it would have ended when it goes on from its own beginning', () => {
    const whole = composeAnswer(chain(prompt), limits({ outputTokensMax: 50 }));
    const begun = whole.text(0, 2);
    const rest = composeAnswer(chain(prompt + begun), limits({ outputTokensMax: 50 }));

    expect(rest.tokens).toBe(whole.tokens - 2);
    expect(begun + rest.text(0, rest.tokens)).toBe(whole.text(0, whole.tokens));
    expect(rest.finish).toEqual(whole.finish);
  });
});

describe('an answer with stop strings', () => {
  const free = composeAnswer(chain('Hello'), limits({ ignoreEnd: true }));
  const words = free.text(0, 20).split(' ').slice(1);

  function stopped(...stop: string[]): ReturnType<typeof composeAnswer> {
    return composeAnswer(chain('Hello'), limits({ ignoreEnd: true, stop }));
  }

  it('ends with the token that completes one, which is counted and not shown', () => {
    const answer = stopped(` ${words[4]}`);

    expect(answer.tokens).toBe(5);
    expect(answer.finish).toEqual({ reason: 'stop', matched: ` ${words[4]}` });
    expect(answer.text(0, 5)).toBe(free.text(0, 4));
    expect(answer.text(4, 5)).toBe('');
  });

  it('shows the part of a word that comes before one', () => {
    const word = words[4] ?? '';
    const answer = stopped(`${word.slice(-1)} ${words[5]}`);

    expect(answer.tokens).toBe(6);
    expect(answer.text(0, 6)).toBe(free.text(0, 5).slice(0, -1));
  });

  it('never shows a part of one that reaches over several tokens', () => {
    const answer = stopped(` ${words[2]} ${words[3]} ${words[4]}`);

    expect(answer.tokens).toBe(5);
    expect([0, 1, 2, 3, 4].map((at) => answer.text(at, at + 1))).toEqual([
      ` ${words[0]}`,
      ` ${words[1]}`,
      '',
      '',
      '',
    ]);
  });

  it('ends at the first of several', () => {
    const answer = stopped(` ${words[9]}`, ` ${words[3]}`);

    expect(answer.finish.matched).toBe(` ${words[3]}`);
    expect(answer.tokens).toBe(4);
  });

  it('runs out when none comes up', () => {
    expect(stopped('\n', 'zzz').finish).toEqual({ reason: 'length' });
  });

  it('takes no notice of an empty one', () => {
    expect(stopped('').tokens).toBe(20);
  });

  it('is the same however it is cut into chunks', () => {
    const answer = stopped(` ${words[6]} ${words[7]}`);

    fc.assert(
      fc.property(fc.nat(answer.tokens), (cut) => {
        const parts = answer.text(0, cut) + answer.text(cut, answer.tokens);

        expect(parts).toBe(free.text(0, 6));
      }),
    );
  });
});

describe('answers', () => {
  it('use the whole word list', () => {
    const answer = composeAnswer(chain('x'), limits({ outputTokensMax: 8000, ignoreEnd: true }));

    expect(new Set(answer.ids(0, 8000)).size).toBe(wordList.length);
  });
});
