import type { Cost } from '../../routing/policies/policy.ts';
import type { Candidate } from '../../routing/replica.ts';
import type { RoutingRequest } from '../../routing/request.ts';

/** What a cost says of each candidate, in seconds. */
export function estimate(
  cost: Cost,
  request: RoutingRequest,
  candidates: readonly Candidate[],
): number[] {
  // Not a number until it is written, so that a forgotten candidate shows.
  const seconds = new Float64Array(candidates.length).fill(Number.NaN);
  cost.estimate(request, candidates, seconds);
  return [...seconds];
}
