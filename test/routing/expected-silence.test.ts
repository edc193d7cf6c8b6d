import { describe, expect, it } from 'vitest';

import { expectedSilenceMs } from '../../routing/expected-silence.ts';
import { aCandidate, anInFlight, otherTraffic } from '../support/builders.ts';

const speed = {
  prefillTokensPerSecond: 1_000,
  decodeStepMs: 10,
  decodeStepMsPerRequest: 1,
  decodeStepMsPerKvToken: 0.001,
};

describe('a replica may well be silent', () => {
  it('for a step while it decodes', () => {
    const inFlight = anInFlight({ requests: 5, kvTokens: 2_000 });
    expect(expectedSilenceMs(aCandidate({ speed, inFlight }))).toBe(10 + 5 + 2);
  });

  it('for all prompts that it has not computed, ours and those of others', () => {
    const inFlight = anInFlight({ prefillTokens: 3_000 });
    const others = otherTraffic({ waitingTokens: 2_000 });
    expect(expectedSilenceMs(aCandidate({ speed, inFlight, others }))).toBe(5_000 + 10);
  });

  it('as far as the prompts of others are told', () => {
    const others = otherTraffic({ waitingTokens: undefined });
    expect(expectedSilenceMs(aCandidate({ speed, others }))).toBe(10);
  });
});
