import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  prefixKey,
  rendezvous,
  sessionKey,
  type AffinityKey,
} from '../../../../routing/policies/pickers/rendezvous.ts';
import type { Picker } from '../../../../routing/policies/policy.ts';
import type { Candidate } from '../../../../routing/replica.ts';
import type { RoutingRequest } from '../../../../routing/request.ts';
import { aCandidate, aReplica, aRequest } from '../../../support/builders.ts';

const lastOne: Picker = { name: 'last-one', pick: (_request, { length }) => length - 1 };

const fleet = (count: number): Candidate[] =>
  Array.from({ length: count }, (_, index) =>
    aCandidate({ replica: aReplica({ id: `replica-${index}` }) }),
  );

/** The id of who is picked. */
function picked(request: RoutingRequest, candidates: Candidate[], key = sessionKey): string {
  const seconds = new Float64Array(candidates.length);
  const index = rendezvous(key, lastOne).pick(request, candidates, seconds, candidates);
  return candidates[index]?.replica.id ?? 'nobody';
}

const ofSession = (key: string): RoutingRequest => aRequest({ sessionKey: key });

describe('rendezvous', () => {
  it('sends all of one session to one replica, in whatever order replicas stand', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 12 }), (key, count) => {
        const home = picked(ofSession(key), fleet(count));

        expect(picked(ofSession(key), fleet(count).toReversed())).toBe(home);
      }),
    );
  });

  it('moves only the sessions of a replica that has left', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 4 }), (key, leaver) => {
        const before = picked(ofSession(key), fleet(5));
        const others = fleet(5).filter((_, index) => index !== leaver);

        const after = picked(ofSession(key), others);

        if (before === `replica-${leaver}`) expect(after).not.toBe(before);
        else expect(after).toBe(before);
      }),
    );
  });

  it('gives each replica about its share of the sessions', () => {
    const counts = new Map<string, number>();
    for (let session = 0; session < 8000; session++) {
      const home = picked(ofSession(`session-${session}`), fleet(8));
      counts.set(home, (counts.get(home) ?? 0) + 1);
    }

    expect(counts.size).toBe(8);
    for (const count of counts.values()) {
      expect(count).toBeGreaterThan(850);
      expect(count).toBeLessThan(1150);
    }
  });

  it('leaves a request that belongs to nobody to the other picker', () => {
    expect(picked(aRequest(), fleet(7))).toBe('replica-6');
  });
});

describe('what requests have in common', () => {
  const hashes = { blockHashes: [11, 12] };
  const cases: readonly (readonly [string, AffinityKey, RoutingRequest, string | undefined])[] = [
    ['the session', sessionKey, aRequest({ sessionKey: 'a', ...hashes }), 'a'],
    ['else the first block', sessionKey, aRequest(hashes), '11'],
    ['else nothing', sessionKey, aRequest(), undefined],
    ['the first block alone', prefixKey, aRequest({ sessionKey: 'a', ...hashes }), '11'],
    ['nothing without a block', prefixKey, aRequest({ sessionKey: 'a' }), undefined],
  ];

  it.each(cases)('is %s', (_name, keyOf, request, key) => {
    expect(keyOf(request)).toBe(key);
  });
});
