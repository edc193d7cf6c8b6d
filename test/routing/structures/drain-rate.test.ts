import { describe, expect, it } from 'vitest';
import { DrainRate } from '../../../routing/structures/drain-rate.ts';

/** Notes ten every `everyMs`. */
function drain(rate: DrainRate, facts: { fromMs: number; toMs: number; everyMs: number }): void {
  for (let nowMs = facts.fromMs; nowMs <= facts.toMs; nowMs += facts.everyMs) rate.note(nowMs, 10);
}

function running(): DrainRate {
  const rate = new DrainRate();
  rate.resume(0);
  return rate;
}

describe('DrainRate', () => {
  it('knows no pace before something has left', () => {
    expect(running().msToDrain(1, 60_000)).toBeUndefined();
  });

  it('knows no pace before a second with a queue has passed', () => {
    const rate = running();
    rate.note(500, 10);

    expect(rate.msToDrain(1, 999)).toBeUndefined();
    // What is forgotten of a second: hence a little after it.
    expect(rate.msToDrain(1, 1060)).toBeDefined();
  });

  it.each([2_000, 10_000, 100_000])('comes to the pace at which they leave by %d ms', (toMs) => {
    const rate = running();
    drain(rate, { fromMs: 250, toMs, everyMs: 250 });

    expect((rate.msToDrain(10, toMs) ?? 0) / 250).toBeCloseTo(1, 1);
    expect(rate.msToDrain(400, toMs)).toBeCloseTo(40 * (rate.msToDrain(10, toMs) ?? 0), 6);
  });

  it('forgets an old pace', () => {
    const rate = running();
    drain(rate, { fromMs: 0, toMs: 50_000, everyMs: 10 });
    drain(rate, { fromMs: 51_000, toMs: 150_000, everyMs: 1000 });

    expect((rate.msToDrain(10, 150_000) ?? 0) / 1000).toBeCloseTo(1, 0);
  });

  it('grows more doubtful the longer nobody leaves who could', () => {
    const rate = running();
    drain(rate, { fromMs: 0, toMs: 5000, everyMs: 100 });
    const before = rate.msToDrain(10, 5000) ?? 0;

    expect(rate.msToDrain(10, 60_000)).toBeGreaterThan(10 * before);
  });

  it('does not take a time without a queue for a slow one', () => {
    const rate = running();
    drain(rate, { fromMs: 0, toMs: 5000, everyMs: 100 });
    const before = rate.msToDrain(10, 5000);
    rate.pause(5000);
    rate.resume(600_000);

    expect(rate.msToDrain(10, 600_000)).toBe(before);
  });
});
