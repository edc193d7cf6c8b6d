import { describe, expect, it } from 'vitest';
import { REASON_BYTES_MAX, routeReason } from '../../../gateway/pipeline/route-reason.ts';
import { aRequest } from '../../support/builders.ts';
import { aDecision, aReceipt, noWait } from '../../support/decisions.ts';

describe('the reason of a decision', () => {
  it('tells the pick with its costs, the next, who was dropped, and the age of the load', () => {
    expect(routeReason(aDecision())).toBe(
      'kv-aware picked two of 2 candidates at 0.625 s (prefill-wait 0.5, kv-pressure 0.125); ' +
        'next one 1.5 s; head-room dropped full; ready dropped away; its load was 80 ms old; ' +
        'reckoned with 2000 prompt tokens and 1000 of output',
    );
  });

  it('tells how long it waited for what, and behind whom', () => {
    const served = { requests: 17, lastIds: ['a', 'b', 'c'] };
    const wait = { ms: 1250, lacked: 'room', waitingRequests: 3, served } as const;

    expect(routeReason(aDecision({ wait, cachedTokens: 512.4 }))).toContain(
      'waited 1.25 s for room while 17 were served, last a, b, c; ' +
        'reckoned with 2000 prompt tokens (512 cached) and 1000 of output',
    );
  });

  it('says in words which replicas a request is too long for, the pick too where there is no other', () => {
    const rows = Float64Array.of(0.5, 0.5, 1e9, 1e9, 1e9 + 0.5, 1e9 + 0.5, 80, 80);

    expect(routeReason(aDecision({ receipt: aReceipt({ rows }) }))).toMatch(
      /^kv-aware picked two of 2 candidates, too long for it \(prefill-wait 0.5, kv-pressure too long\); next one too long;/u,
    );
  });

  it('names no costs where the policy has none', () => {
    const receipt = aReceipt({
      heads: { policy: 'round-robin', costs: [], filters: ['ready', 'head-room'] },
      rows: Float64Array.of(0, 0, Infinity, Infinity),
    });

    expect(routeReason(aDecision({ receipt }))).toMatch(
      /^round-robin picked two of 2 candidates; head-room dropped full; .*its load is not known/u,
    );
  });

  it('tells who dropped the last where nobody was left', () => {
    const receipt = aReceipt({
      droppedBy: Uint8Array.of(1, 1, 1, 1),
      rows: new Float64Array(0),
      candidateCount: 0,
      pick: -1,
    });

    expect(routeReason(aDecision({ receipt, refusal: 'no_replica' }))).toBe(
      'kv-aware found nobody; ready dropped one, full, two and 1 more; refused as no_replica; ' +
        'reckoned with 2000 prompt tokens and 1000 of output',
    );
  });

  it('tells why one is not ready where that is known', () => {
    const receipt = aReceipt({ stateReasons: new Map([['away', 'GPU 3: it is lost']]) });

    expect(routeReason(aDecision({ receipt }))).toContain(
      '; ready dropped away (GPU 3: it is lost); ',
    );
  });

  it('says so where no replica was looked for', () => {
    expect(routeReason(aDecision({ receipt: undefined, refusal: 'saturated' }))).toMatch(
      /^no replica was looked for; refused as saturated; /u,
    );
  });

  it.each([
    ['plain', 'r'],
    ['of many bytes', '日'],
  ])('is cut at its bound, at a whole character, where names are long and %s', (_what, letter) => {
    const replicas = ['one', 'full', 'two', 'away'].map((id) => id + letter.repeat(800));
    const reason = routeReason(aDecision({ receipt: aReceipt({ replicas }) }));
    const bytes = Buffer.byteLength(reason);

    expect(bytes).toBeLessThanOrEqual(REASON_BYTES_MAX);
    expect(bytes).toBeGreaterThan(REASON_BYTES_MAX - 4);
    expect(reason).not.toContain('\uFFFD');
  });

  it('is short enough for the longest names that settings allow', () => {
    const replicas = ['1', '2', '3', '4'].map((id) => id.repeat(128));
    const served = { requests: 3, lastIds: ['a', 'b', 'c'].map((id) => id.repeat(128)) };
    const reason = routeReason(
      aDecision({
        request: aRequest(),
        receipt: aReceipt({ replicas }),
        wait: { ...noWait, ms: 10, lacked: 'turn', served },
      }),
    );

    expect(reason).toMatch(/of output$/u);
  });
});
