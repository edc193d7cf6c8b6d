import { describe, expect, it } from 'vitest';
import { asksNoMore, termsOf } from '../../../gateway/pipeline/waiting-terms.ts';
import { aRequest } from '../../support/builders.ts';

describe('the terms on which a request waits', () => {
  it('name the lane by what can serve it: the model, and the engine where only one can', () => {
    const lanes = [
      aRequest({ model: 'a' }),
      aRequest({ model: 'a', tenant: 'other', priority: 3 }),
      aRequest({ model: 'b' }),
      aRequest({ model: 'a', engine: 'sglang' }),
    ].map((request) => termsOf(request, 0).lane);

    expect(new Set(lanes).size).toBe(3);
    expect(lanes[0]).toBe(lanes[1]);
  });

  it('take what is left out for the tenant of no weight of its own and a body of no bytes', () => {
    expect(termsOf(aRequest(), 7)).toMatchObject({ weight: 1, bytes: 0, enteredMs: 7 });
    expect(termsOf(aRequest({ tenantWeight: 3, bodyBytes: 9 }), 0)).toMatchObject({
      weight: 3,
      bytes: 9,
    });
  });
});

describe('a request asks no more than another', () => {
  const one = aRequest({ promptTokens: 100, expectedOutputTokens: 50 });

  it.each([
    [100, 50, true],
    [101, 51, true],
    [99, 50, false],
    [100, 49, false],
  ])('of %d and %d tokens: %s', (promptTokens, expectedOutputTokens, isSo) => {
    expect(asksNoMore(one, aRequest({ promptTokens, expectedOutputTokens }))).toBe(isSo);
  });

  it('only where neither has anything cached, which is another thing at each replica', () => {
    const cached = { at: () => 0 };

    expect(asksNoMore({ ...one, cached }, one)).toBe(false);
    expect(asksNoMore(one, { ...one, cached })).toBe(false);
  });
});
