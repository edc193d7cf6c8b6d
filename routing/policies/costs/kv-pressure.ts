import { uncachedTokens } from '../../prefill.ts';
import type { Candidate } from '../../replica.ts';
import type { RoutingRequest } from '../../request.ts';
import { weightAtAge } from '../../structures/other-traffic.ts';
import type { Cost } from '../policy.ts';

/** Seconds at a half-full cache: about the prefill of 4,000 tokens, what one preemption costs. */
const HALF_FULL_SECONDS = 0.15;

/** Where the curve is so flat that a request's own tokens, counted in full, are worth milliseconds. */
const ROUGH_USAGE = 0.5;

/** Where the curve goes over into its tangent, so that overfull replicas can still be compared. */
const WALL_USAGE = 0.99;

/**
 * Rises ever steeper as the promised KV peak nears the capacity: a preempted request pays its whole
 * prefill again. A replica that does not tell its capacity is taken to be as small as the smallest
 * that does; where none does, the share in use that it tells stands in for the peak.
 */
export const kvPressure: Cost = {
  name: 'kv-pressure',
  estimate(request, candidates, seconds) {
    const smallest = smallestCapacity(candidates);
    let index = 0;
    for (const candidate of candidates) {
      const capacity = candidate.replica.kvCapacityTokens ?? smallest;
      const usage =
        capacity === Infinity
          ? toldUsage(candidate)
          : promisedTokens(request, candidate, ROUGH_USAGE * capacity) / capacity;
      seconds[index++] = HALF_FULL_SECONDS * pressure(usage);
    }
  },
};

function smallestCapacity(candidates: readonly Candidate[]): number {
  let smallest = Infinity;
  for (const { replica } of candidates) {
    smallest = Math.min(smallest, replica.kvCapacityTokens ?? Infinity);
  }
  return smallest;
}

/** What the cache will hold at its fullest; up to `roughTokens` as if all peaks fell together. */
function promisedTokens(
  request: RoutingRequest,
  candidate: Candidate,
  roughTokens: number,
): number {
  const { inFlight, others } = candidate;
  const { kvTokens } = others;
  const uncached = uncachedTokens(request, candidate);
  const expected = request.expectedOutputTokens;
  return inFlight.kvTokensPeakWith(uncached, expected, roughTokens - kvTokens) + kvTokens;
}

function toldUsage({ load, loadAgeMs }: Candidate): number {
  return load === undefined ? 0 : load.kvCacheUsage * weightAtAge(loadAgeMs);
}

/** usage / (1 - usage), 1 at one half; a straight line from `WALL_USAGE` on. */
function pressure(usage: number): number {
  if (usage < WALL_USAGE) return usage / (1 - usage);
  const slope = 1 / (1 - WALL_USAGE) ** 2;
  return WALL_USAGE / (1 - WALL_USAGE) + slope * (usage - WALL_USAGE);
}
