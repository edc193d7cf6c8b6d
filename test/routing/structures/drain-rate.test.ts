import { describe, expect, it } from 'vitest';
import { DrainRate } from '../../../routing/structures/drain-rate.ts';

describe('DrainRate', () => {
  it('knows no end while nobody has left', () => {
    expect(new DrainRate().msToDrain(1, 1000)).toBe(Infinity);
  });

  it('comes to the pace at which they leave', () => {
    const rate = new DrainRate();

    for (let nowMs = 0; nowMs <= 100_000; nowMs += 250) rate.note(nowMs);

    expect(rate.msToDrain(1, 100_000) / 250).toBeCloseTo(1, 1);
    expect(rate.msToDrain(40, 100_000)).toBeCloseTo(40 * rate.msToDrain(1, 100_000), 6);
  });

  it('forgets an old pace', () => {
    const rate = new DrainRate();
    for (let nowMs = 0; nowMs <= 50_000; nowMs += 10) rate.note(nowMs);

    for (let nowMs = 51_000; nowMs <= 150_000; nowMs += 1000) rate.note(nowMs);

    expect(rate.msToDrain(1, 150_000) / 1000).toBeCloseTo(1, 0);
  });

  it('grows more doubtful the longer nobody leaves', () => {
    const rate = new DrainRate();
    rate.note(0);

    expect(rate.msToDrain(1, 60_000)).toBeGreaterThan(rate.msToDrain(1, 10_000));
  });
});
