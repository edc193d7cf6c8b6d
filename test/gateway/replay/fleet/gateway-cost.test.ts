import { describe, expect, it } from 'vitest';
import { gatewayCost } from '../../../../gateway/replay/fleet/gateway-cost.ts';
import type { CostEvidence, CostPair } from '../../../../gateway/replay/fleet/gateway-cost.ts';
import type { GatewayPage } from '../../../../gateway/replay/fleet/gateway-page.ts';
import type { GatewayCost } from '../../../../gateway/replay/replay-run.ts';
import type { RequestResult } from '../../../../gateway/replay/request-result.ts';
import { aCost, aFailure, aResult } from '../builders.ts';

const page = (fields: Partial<GatewayPage>): GatewayPage => ({
  cpuSeconds: 0,
  queueWaitSeconds: 0,
  queuedRequests: 0,
  eventLoopLagP99Seconds: 0,
  eventLoopLagMaxSeconds: 0,
  ...fields,
});

const cost = (evidence: Partial<CostEvidence>): GatewayCost =>
  gatewayCost({
    before: undefined,
    after: undefined,
    outputTokens: 0,
    pairs: [],
    speed: 1,
    ...evidence,
  });

const timed = (timeToFirstTokenMs: number, gapMs: number): RequestResult =>
  aResult({ timeToFirstTokenMs, interTokenMs: Float64Array.of(gapMs, gapMs) });

describe('what the gateway cost', () => {
  it('is a wait for each request at speed 1, and its CPU a token, over the run alone', () => {
    const before = page({ cpuSeconds: 1, queueWaitSeconds: 10, queuedRequests: 1 });
    const after = page({ cpuSeconds: 3, queueWaitSeconds: 30, queuedRequests: 101 });

    expect(cost({ before, after, outputTokens: 100_000, speed: 3 })).toMatchObject({
      queueWaitMs: 600,
      cpuMsPerToken: 0.02,
    });
  });

  it('is nothing where nothing went through', () => {
    expect(cost({ before: page({}), after: page({}) })).toMatchObject({
      queueWaitMs: 0,
      cpuMsPerToken: 0,
    });
  });

  it('is not known where a page is missing', () => {
    expect(cost({ before: page({}) })).toEqual(aCost());
    expect(cost({ after: page({}) })).toEqual(aCost());
  });

  it('is the median difference to the same request without it', () => {
    const pairs = [
      { through: timed(11, 50.5), direct: timed(10, 50) },
      { through: timed(12, 50.25), direct: timed(10, 50) },
      { through: timed(900, 99), direct: timed(10, 50) },
    ];

    expect(cost({ pairs })).toMatchObject({
      firstToken: { medianMs: 2, pairs: 3 },
      tokenGap: { medianMs: 0.5, pairs: 3 },
    });
  });

  it('has the noise of its pairs: none where they agree, less where there are more', () => {
    const pair = (added: number): CostPair => ({
      through: timed(10 + added, 50),
      direct: timed(10, 50),
    });
    const few = [1, 2, 3].map(pair);
    const many = Array.from({ length: 4 }, () => few).flat();

    expect(cost({ pairs: [pair(1), pair(1)] }).firstToken?.noiseMs).toBe(0);
    const noise = cost({ pairs: few }).firstToken?.noiseMs ?? 0;
    expect(noise).toBeCloseTo((2 * 1.2533 * 1.4826) / Math.sqrt(3), 10);
    expect(cost({ pairs: many }).firstToken?.noiseMs).toBeCloseTo(noise / 2, 10);
  });

  it('leaves pairs out of which one failed', () => {
    const pairs = [{ through: aFailure(), direct: timed(10, 50) }];

    expect(cost({ pairs })).toEqual(aCost());
  });
});
