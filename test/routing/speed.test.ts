import { describe, expect, it } from 'vitest';
import { defaultSpeed } from '../../routing/speed.ts';

describe('defaultSpeed', () => {
  it('computes the published mean prompt, 2,033 tokens, in 79 ms', () => {
    expect(2033.482 / defaultSpeed.prefillTokensPerSecond).toBeCloseTo(0.079, 4);
  });

  it('decodes a batch of 160 that holds a million KV tokens in 50.3 ms a step', () => {
    const { decodeStepMs, decodeStepMsPerRequest, decodeStepMsPerKvToken } = defaultSpeed;
    const stepMs = decodeStepMs + 160 * decodeStepMsPerRequest + 1e6 * decodeStepMsPerKvToken;

    expect(stepMs).toBeCloseTo(50.306, 3);
  });
});
