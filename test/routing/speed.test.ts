import { describe, expect, it } from 'vitest';
import { decodeStepMs, defaultSpeed, meanSpeed, pooledSpeed } from '../../routing/speed.ts';

describe('defaultSpeed', () => {
  it('computes the published mean prompt, 2,033 tokens, in 79 ms', () => {
    expect(2033.482 / defaultSpeed.prefillTokensPerSecond).toBeCloseTo(0.079, 4);
  });

  it('decodes a batch of 160 that holds a million KV tokens in 50.3 ms a step', () => {
    expect(decodeStepMs(defaultSpeed, 160, 1e6)).toBeCloseTo(50.306, 3);
  });
});

describe('meanSpeed', () => {
  it('is the default where nobody has a speed', () => {
    expect(meanSpeed([])).toBe(defaultSpeed);
  });

  it('is the speed of one who is alone', () => {
    const { prefillTokensPerSecond, ...steps } = meanSpeed([defaultSpeed]);

    expect(steps).toEqual({
      decodeStepMs: defaultSpeed.decodeStepMs,
      decodeStepMsPerRequest: defaultSpeed.decodeStepMsPerRequest,
      decodeStepMsPerKvToken: defaultSpeed.decodeStepMsPerKvToken,
    });
    expect(prefillTokensPerSecond).toBeCloseTo(defaultSpeed.prefillTokensPerSecond, 6);
  });

  it('takes the mean of times, so that a replica of half the rate weighs twice', () => {
    const slow = { ...defaultSpeed, prefillTokensPerSecond: 1000, decodeStepMs: 30 };
    const fast = { ...defaultSpeed, prefillTokensPerSecond: 3000, decodeStepMs: 10 };

    expect(meanSpeed([slow, fast])).toMatchObject({
      prefillTokensPerSecond: 1500,
      decodeStepMs: 20,
    });
  });
});

describe('pooledSpeed', () => {
  const slower = (factor: number) => ({
    prefillTokensPerSecond: defaultSpeed.prefillTokensPerSecond / factor,
    decodeStepMs: defaultSpeed.decodeStepMs * factor,
    decodeStepMsPerRequest: defaultSpeed.decodeStepMsPerRequest * factor,
    decodeStepMsPerKvToken: defaultSpeed.decodeStepMsPerKvToken * factor,
  });

  it.each([1.29, 1 / 1.29])('is that of the peers for one of %f times their pace', (factor) => {
    expect(pooledSpeed(slower(factor), defaultSpeed)).toBe(defaultSpeed);
  });

  it.each([1.31, 1 / 1.31])('is its own for one of %f times their pace', (factor) => {
    const own = slower(factor);

    expect(pooledSpeed(own, defaultSpeed)).toBe(own);
  });
});
