import { describe, expect, it } from 'vitest';

import { stepMs, type StepTimes } from '../../../deploy/simulator/step-time.ts';

const times: StepTimes = {
  prefillBaseMs: 18,
  prefillMsPerToken: 0.04,
  graphSequencesMax: 160,
  graphBaseMs: 14,
  graphMsPerSequence: 0.1,
  eagerBaseMs: 22,
  eagerMsPerSequence: 0.2,
  decodeMsPerKvToken: 2e-5,
};

describe('stepMs', () => {
  it('a prefill step costs a base and each of its tokens', () => {
    expect(
      stepMs(times, { prefillTokens: 8192, decodeSequences: 0, decodeKvTokens: 0 }),
    ).toBeCloseTo(18 + 8192 * 0.04, 9);
  });

  it.each([
    { sequences: 1, base: 14, each: 0.1 },
    { sequences: 160, base: 14, each: 0.1 },
    { sequences: 161, base: 22, each: 0.2 },
    { sequences: 500, base: 22, each: 0.2 },
  ])(
    'a decode step of $sequences costs $base ms and $each ms each',
    ({ sequences, base, each }) => {
      const load = { prefillTokens: 0, decodeSequences: sequences, decodeKvTokens: 0 };

      expect(stepMs(times, load)).toBeCloseTo(base + each * sequences, 9);
    },
  );

  it('a decode step also costs each KV token that it reads', () => {
    const load = { prefillTokens: 0, decodeSequences: 10, decodeKvTokens: 100_000 };

    expect(stepMs(times, load)).toBeCloseTo(14 + 1 + 2, 9);
  });

  it('a mixed step pays the larger base once and both kinds of work', () => {
    const small = { prefillTokens: 100, decodeSequences: 10, decodeKvTokens: 100_000 };
    const large = { prefillTokens: 100, decodeSequences: 200, decodeKvTokens: 100_000 };

    expect(stepMs(times, small)).toBeCloseTo(18 + 4 + 1 + 2, 9);
    expect(stepMs(times, large)).toBeCloseTo(22 + 4 + 40 + 2, 9);
  });

  it('a mixed step takes no longer than its two parts one after the other', () => {
    const prefill = { prefillTokens: 100, decodeSequences: 0, decodeKvTokens: 0 };
    const decode = { prefillTokens: 0, decodeSequences: 10, decodeKvTokens: 1000 };

    expect(stepMs(times, { ...decode, prefillTokens: 100 })).toBeLessThan(
      stepMs(times, prefill) + stepMs(times, decode),
    );
  });

  it('an empty step takes no time', () => {
    expect(stepMs(times, { prefillTokens: 0, decodeSequences: 0, decodeKvTokens: 0 })).toBe(0);
  });
});
