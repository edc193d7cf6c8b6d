import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LengthHistogram } from '../../../routing/structures/length-histogram.ts';

function learned(...lengths: number[]): LengthHistogram {
  const histogram = new LengthHistogram();
  for (const length of lengths) histogram.learn(length);
  return histogram;
}

describe('LengthHistogram', () => {
  it('knows nothing at first', () => {
    expect(new LengthHistogram().longerThan(0, Infinity)).toEqual({ weight: 0, tokens: 0 });
  });

  it('weighs the newest answer 1 and those before it a little less each', () => {
    const { weight, tokens } = learned(100, 100, 100).longerThan(0, Infinity);

    expect(weight).toBeCloseTo(1 + 0.995 + 0.995 ** 2, 9);
    expect(tokens / weight).toBeCloseTo(100, 9);
  });

  it('leaves out the answers that were over by then', () => {
    const histogram = learned(10, 100, 1000);

    expect(histogram.longerThan(10, Infinity).weight).toBeCloseTo(1.995, 9);
    expect(histogram.longerThan(500, Infinity)).toEqual({ weight: 1, tokens: 1000 });
    expect(histogram.longerThan(1000, Infinity)).toEqual({ weight: 0, tokens: 0 });
  });

  it('counts no answer as longer than the cap', () => {
    expect(learned(1000).longerThan(0, 300).tokens).toBeCloseTo(300, 9);
  });

  it('takes answers of no tokens, and of more than it can tell apart', () => {
    const histogram = learned(0, 2 ** 30);

    expect(histogram.longerThan(0, Infinity).weight).toBeCloseTo(1.995, 9);
    expect(histogram.longerThan(1, Infinity).tokens).toBeCloseTo(2 ** 30, -1);
  });

  it('forgets what was long ago', () => {
    const histogram = learned(...Array.from({ length: 500 }, () => 1000));
    for (let answer = 0; answer < 1500; answer++) histogram.learn(10);

    const { weight, tokens } = histogram.longerThan(0, Infinity);
    expect(tokens / weight).toBeLessThan(12);
  });

  it('keeps its digits however much it learns', () => {
    const histogram = learned(...Array.from({ length: 20_000 }, () => 64));

    const { weight, tokens } = histogram.longerThan(0, Infinity);
    expect(weight).toBeCloseTo(200, 6);
    expect(tokens / weight).toBeCloseTo(64, 9);
  });

  it('has fewer and fewer left the longer an answer goes on', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 50 });
    const produced = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(lengths, produced, produced, (all, one, other) => {
        const histogram = learned(...all);
        const [early, late] = one < other ? [one, other] : [other, one];

        expect(histogram.longerThan(late, Infinity).weight).toBeLessThanOrEqual(
          histogram.longerThan(early, Infinity).weight,
        );
      }),
    );
  });
});
