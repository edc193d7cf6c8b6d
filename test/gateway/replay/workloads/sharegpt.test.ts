import { describe, expect, it } from 'vitest';
import { PythonRandom } from '../../../../gateway/replay/python-random.ts';
import { ShareGptError, shareGptWorkload } from '../../../../gateway/replay/workloads/sharegpt.ts';

const words = (count: number): string => Array.from({ length: count }, () => 'word').join(' ');

function file(...turns: readonly (readonly number[])[]): string {
  return JSON.stringify(
    turns.map((lengths) => ({
      id: 'x',
      conversations: lengths.map((count) => ({ from: 'human', value: words(count) })),
    })),
  );
}

const options = { requests: 100, requestRate: Infinity, seed: 1, outputTokens: undefined };

const lengthsOf = (text: string, changes: Partial<typeof options> = {}): number[][] =>
  shareGptWorkload(text, { ...options, ...changes }).requests.map((each) => [
    each.promptTokens,
    each.outputTokens,
  ]);

describe('the ShareGPT workload', () => {
  it('takes the first turn as prompt and the length of the second as output', () => {
    const { dataset, requests } = shareGptWorkload(file([5, 7, 90]), options);

    expect(dataset).toBe('sharegpt');
    expect(requests).toEqual([
      {
        index: 0,
        arrivalMs: 0,
        promptTokens: 5,
        outputTokens: 7,
        prompt: { kind: 'text', text: words(5) },
      },
    ]);
  });

  it('shuffles the conversations as Python does', () => {
    const inFile = Array.from({ length: 20 }, (_, index) => [10 + index, 50]);
    const shuffled = structuredClone(inFile);
    new PythonRandom(1).shuffle(shuffled);

    expect(lengthsOf(file(...inFile))).toEqual(shuffled);
  });

  it.each([
    ['a single turn', [9], 0],
    ['a prompt at the lower bound', [4, 9], 1],
    ['a prompt below it', [3, 9], 0],
    ['an answer at the lower bound', [9, 4], 1],
    ['an answer below it', [9, 3], 0],
    ['a prompt at the upper bound', [1024, 1024], 1],
    ['a prompt past it', [1025, 9], 0],
    ['a conversation past its bound', [1024, 1025], 0],
  ])('keeps or drops %s', (_, lengths, kept) => {
    expect(lengthsOf(file([8, 8], lengths))).toHaveLength(1 + kept);
  });

  it('drops nothing for being long when the output is set', () => {
    expect(lengthsOf(file([2000, 9]), { outputTokens: 300 as never })).toEqual([[2000, 300]]);
  });

  it('stops at the number of requests', () => {
    expect(lengthsOf(file([8, 8], [8, 8], [8, 8]), { requests: 2 })).toHaveLength(2);
  });

  it('spreads arrivals by the rate, from a generator that shuffling does not move', () => {
    const { requests } = shareGptWorkload(file([8, 8], [8, 8]), { ...options, requestRate: 1 });

    expect(requests[0]?.arrivalMs).toBe(0);
    expect(requests[1]?.arrivalMs).toBeCloseTo(539.6058372591854, 9);
  });

  it.each([
    ['no JSON', '[', 'the file is not JSON'],
    ['another shape', '[{"conversations": [{}]}]', '0.conversations.0.value'],
    ['nothing that fits', file([1, 1]), 'no conversation of the file fits the bounds'],
  ])('says what is wrong with a file of %s', (_, text, message) => {
    expect(() => shareGptWorkload(text, options)).toThrow(ShareGptError);
    expect(() => shareGptWorkload(text, options)).toThrow(message);
  });
});
