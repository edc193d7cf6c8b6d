import { describe, expect, it } from 'vitest';
import { aRequest } from '../../support/builders.ts';
import { aDecision, aReceipt } from '../../support/decisions.ts';

describe('a noted decision', () => {
  it('keeps the figures of its request, and not the request', () => {
    const blockHashes = Array.from({ length: 1000 }, (_, index) => index);
    const request = aRequest({ requestId: 'mine', tenant: 'acme', blockHashes });
    const decision = aDecision({ request, cachedTokens: 512 });

    expect(decision).toMatchObject({
      requestId: 'mine',
      tenant: 'acme',
      model: 'llama',
      promptTokens: 2000,
      expectedOutputTokens: 1000,
      cachedTokens: 512,
      ordinal: 1,
      outcome: undefined,
    });
    expect(JSON.stringify(decision)).not.toContain('998,999');
  });

  it('sums itself up for the record: policy, pick, how many there were, and why', () => {
    const { policy, replica, candidates, reason, shadow } = aDecision();

    expect({ policy, replica, candidates, shadow }).toEqual({
      policy: 'kv-aware',
      replica: 'two',
      candidates: 2,
      shadow: undefined,
    });
    expect(reason).toContain('kv-aware picked two');
  });

  it('tells what its pick cost, term by term, as far as that is seconds', () => {
    const rows = Float64Array.of(1.25, 0.5, 0, 1e9, 1.25, 1e9 + 0.5, 80, 80);

    expect(aDecision().costs).toEqual([
      { name: 'prefill-wait', seconds: 0.5 },
      { name: 'kv-pressure', seconds: 0.125 },
    ]);
    expect(aDecision({ receipt: aReceipt({ rows }) }).costs).toEqual([
      { name: 'prefill-wait', seconds: 0.5 },
    ]);
    expect(aDecision({ receipt: undefined }).costs).toEqual([]);
  });

  it('names no policy and no pick where no replica was looked for', () => {
    const { policy, replica, candidates } = aDecision({ receipt: undefined, refusal: 'saturated' });

    expect({ policy, replica, candidates }).toEqual({
      policy: undefined,
      replica: undefined,
      candidates: 0,
    });
  });

  it('reads a shadow with what both picks cost, by each policy that has costs', () => {
    const picks = { actingSeconds: 0.5, shadowSeconds: 0.75 };
    const base = { policy: 'round-robin', replica: 'one', agrees: false, byActing: picks };
    const shadow = aDecision({ receipt: aReceipt({ shadow: { ...base, byShadow: undefined } }) });
    const both = aDecision({ receipt: aReceipt({ shadow: { ...base, byShadow: picks } }) });

    expect(shadow.shadow).toEqual({
      actingPolicy: 'kv-aware',
      shadowPolicy: 'round-robin',
      agrees: false,
      costs: [{ judge: 'kv-aware', ...picks }],
    });
    expect(both.shadow?.costs.map(({ judge }) => judge)).toEqual(['kv-aware', 'round-robin']);
  });

  it('counts its memory with that of its receipt', () => {
    const bare = aDecision({ receipt: undefined }).bytes;

    expect(bare).toBeGreaterThan(0);
    expect(aDecision().bytes).toBe(bare + aReceipt().bytes);
  });
});
