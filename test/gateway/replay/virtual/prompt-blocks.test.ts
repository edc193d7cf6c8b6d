import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PromptMaker } from '../../../../gateway/replay/prompt.ts';
import type { PromptSegment } from '../../../../gateway/replay/prompt.ts';
import { promptBlockHashes } from '../../../../gateway/replay/virtual/prompt-blocks.ts';

const hashesOf = (segments: readonly PromptSegment[], blockTokens = 16): readonly number[] =>
  promptBlockHashes({ kind: 'words', segments }, blockTokens);

const shared = (one: readonly number[], other: readonly number[]): number =>
  one.findIndex((hash, index) => hash !== other[index]);

describe('the block hashes of a prompt', () => {
  it('are one for each full block', () => {
    expect(hashesOf([{ content: 'a', tokens: 15 }])).toHaveLength(0);
    expect(hashesOf([{ content: 'a', tokens: 16 }])).toHaveLength(1);
    expect(hashesOf([{ content: 'a', tokens: 47 }])).toHaveLength(2);
    expect(hashesOf([{ content: 'a', tokens: 5 }], 1)).toHaveLength(5);
  });

  it('are equal as far as prompts share their first stretch', () => {
    const prefix = { content: 'prefix chat', tokens: 40 };
    const one = hashesOf([prefix, { content: 'request 1', tokens: 60 }]);
    const other = hashesOf([prefix, { content: 'request 2', tokens: 60 }]);

    expect(one).toHaveLength(6);
    expect(shared(one, other)).toBe(2);
  });

  it('differ after a block that differs, even where the rest is the same', () => {
    const rest = { content: 'rest', tokens: 64 };
    const one = hashesOf([{ content: 'x', tokens: 16 }, rest]);
    const other = hashesOf([{ content: 'y', tokens: 16 }, rest]);

    expect(one.filter((hash) => other.includes(hash))).toEqual([]);
  });

  it('differ where a stretch begins again from where it goes on', () => {
    const again = hashesOf([
      { content: 'a', tokens: 16 },
      { content: 'a', tokens: 16 },
    ]);
    const on = hashesOf([{ content: 'a', tokens: 32 }]);

    expect(again[0]).toBe(on[0]);
    expect(again[1]).not.toBe(on[1]);
  });

  it('stay equal when a prompt goes on', () => {
    const short = hashesOf([{ content: 'talk', tokens: 64 }]);
    const long = hashesOf([{ content: 'talk', tokens: 640 }]);

    expect(long.slice(0, short.length)).toEqual(short);
  });

  it('are as many and as distinct as the blocks of the text that is sent', () => {
    const segments = fc.array(
      fc.record({ content: fc.constantFrom('a', 'b', 'c'), tokens: fc.nat(40) }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(segments, (list) => {
        const tokens = list.reduce((total, segment) => total + segment.tokens, 0);
        const text = String(new PromptMaker(1).make({ kind: 'words', segments: list }, tokens));
        const words = tokens === 0 ? [] : text.split(' ');
        expect(hashesOf(list, 8)).toHaveLength(Math.floor(words.length / 8));
        expect(hashesOf(list, 8).every(Number.isSafeInteger)).toBe(true);
      }),
    );
  });

  it('do not meet by chance in a large workload', () => {
    const all = Array.from({ length: 2000 }, (_, index) =>
      hashesOf([{ content: `request ${index}`, tokens: 800 }]),
    ).flat();

    expect(new Set(all).size).toBe(100_000);
  });

  it('are none for recorded texts and token ids', () => {
    expect(promptBlockHashes({ kind: 'text', text: 'a b c' }, 1)).toEqual([]);
    expect(promptBlockHashes({ kind: 'token-ids', first: 0, vocabularySize: 9 }, 1)).toEqual([]);
  });
});
