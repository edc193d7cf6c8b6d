import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PromptSegment } from '../../../gateway/replay/prompt.ts';
import { PromptMaker } from '../../../gateway/replay/prompt.ts';

function textOf(segments: readonly PromptSegment[], seed = 1): string {
  return String(new PromptMaker(seed).make({ kind: 'words', segments }, 0));
}

describe('PromptMaker', () => {
  it('makes as many words as there are tokens, with one space between them', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 300 }), (content, tokens) => {
        const words = textOf([{ content, tokens }]).split(' ');
        return words.length === tokens && words.every((word) => /^[a-z]+$/u.test(word));
      }),
    );
  });

  it('makes the same prompt again from the same seed, and another from another', () => {
    const segments = [{ content: 'request 0', tokens: 40 }];

    expect(textOf(segments, 1)).toBe(textOf(segments, 1));
    expect(textOf(segments, 1)).not.toBe(textOf(segments, 2));
  });

  it('makes different prompts for different contents', () => {
    const prompts = Array.from({ length: 200 }, (_, index) =>
      textOf([{ content: `request ${index}`, tokens: 8 }]),
    );

    expect(new Set(prompts).size).toBe(200);
  });

  it('continues a content where a shorter stretch of it ended', () => {
    const short = textOf([{ content: 'prefix chat', tokens: 10 }]);
    const long = textOf([{ content: 'prefix chat', tokens: 25 }]);

    expect(long.startsWith(`${short} `)).toBe(true);
  });

  it('joins segments as one text', () => {
    const shared = { content: 'prefix a', tokens: 6 };
    const one = textOf([shared, { content: 'request 1', tokens: 3 }]);
    const other = textOf([shared, { content: 'request 2', tokens: 3 }]);

    expect(one.split(' ').slice(0, 6)).toEqual(other.split(' ').slice(0, 6));
    expect(one).not.toBe(other);
    expect(one.split(' ')).toHaveLength(9);
  });

  it('never makes an empty prompt', () => {
    const ids = { kind: 'token-ids', first: 3, vocabularySize: 9 } as const;

    expect(textOf([])).toMatch(/^[a-z]+$/u);
    expect(new PromptMaker(1).make(ids, 0)).toEqual([3]);
  });

  it('wraps consecutive ids at the end of the vocabulary', () => {
    const ids = { kind: 'token-ids', first: 7, vocabularySize: 9 } as const;

    expect(new PromptMaker(1).make(ids, 4)).toEqual([7, 8, 0, 1]);
  });

  it('passes a recorded text on as it is', () => {
    expect(new PromptMaker(1).make({ kind: 'text', text: 'As  it is.' }, 3)).toBe('As  it is.');
  });
});
