import { describe, expect, it } from 'vitest';
import { gatewayCost } from '../../../../gateway/replay/fleet/gateway-cost.ts';
import type { CostEvidence } from '../../../../gateway/replay/fleet/gateway-cost.ts';
import type { GatewayPage } from '../../../../gateway/replay/fleet/gateway-page.ts';
import type { RequestResult } from '../../../../gateway/replay/request-result.ts';
import { aFailure, aResult } from '../builders.ts';

const page = (fields: Partial<GatewayPage>): GatewayPage => ({
  cpuSeconds: 0,
  queueWaitSeconds: 0,
  queuedRequests: 0,
  eventLoopLagP99Seconds: 0,
  eventLoopLagMaxSeconds: 0,
  ...fields,
});

const nothing: CostEvidence = { before: undefined, after: undefined, outputTokens: 0, pairs: [] };

const values = (evidence: Partial<CostEvidence>): number[] =>
  gatewayCost({ ...nothing, ...evidence }).lines.map(({ valueMs }) => valueMs);

const timed = (timeToFirstTokenMs: number, gapMs: number): RequestResult =>
  aResult({ timeToFirstTokenMs, interTokenMs: Float64Array.of(gapMs, gapMs) });

describe('what the gateway added', () => {
  it('is its queue a request and its CPU a token, over the run alone', () => {
    const before = page({ cpuSeconds: 1, queueWaitSeconds: 10, queuedRequests: 1 });
    const after = page({ cpuSeconds: 3, queueWaitSeconds: 30, queuedRequests: 101 });

    expect(values({ before, after, outputTokens: 100_000 })).toEqual([200, 0.02]);
  });

  it('is nothing where nothing went through', () => {
    expect(values({ before: page({}), after: page({}) })).toEqual([0, 0]);
  });

  it('is not told where a page is missing', () => {
    expect(values({ before: page({}) })).toEqual([]);
    expect(values({ after: page({}) })).toEqual([]);
  });

  it('is the median difference to the same request without it', () => {
    const pairs = [
      { through: timed(11, 50.5), direct: timed(10, 50) },
      { through: timed(12, 50.25), direct: timed(10, 50) },
      { through: timed(900, 99), direct: timed(10, 50) },
    ];

    expect(values({ pairs })).toEqual([2, 0.5]);
    expect(gatewayCost({ ...nothing, pairs }).lines[0]?.label).toContain('median of 3 pairs');
  });

  it('leaves pairs out of which one failed', () => {
    const pairs = [{ through: aFailure(), direct: timed(10, 50) }];

    expect(values({ pairs })).toEqual([]);
  });
});
