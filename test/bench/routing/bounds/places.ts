import type { RoutingRequest } from '../../../../routing/request.ts';
import type { KnownReplica } from './known-replica.ts';

/** What one more request costs at a replica, in milliseconds. */
export type PlaceCost = (
  replica: KnownReplica,
  request: RoutingRequest,
  uncachedTokens: number,
) => number;

/** When its prompt will be computed; the emptier replica where that is the same. */
export const prefillSoonest: PlaceCost = (replica, _request, uncachedTokens) => {
  const { prefillTokens, prefillMsPerToken, decodeMsPerToken, requests } = replica;
  return (prefillTokens + uncachedTokens) * prefillMsPerToken + requests * decodeMsPerToken;
};

/** The same where nothing is held back: a cache that is nearly full makes a prompt wait, however short the queue. */
export const prefillSoonestInMemory: PlaceCost = (replica, request, uncachedTokens) => {
  const usage = Math.min(replica.kvUsage, FULL_USAGE);
  return prefillSoonest(replica, request, uncachedTokens) + (HALF_FULL_MS * usage) / (1 - usage);
};

/** The prefill of some 2000 tokens, as the rivals' walls have it. */
const HALF_FULL_MS = 150;
const FULL_USAGE = 0.999;

/** All work that lies at the replica, with the request's own: join the shortest expected work. */
export const leastWork: PlaceCost = (replica, { expectedOutputTokens }, uncachedTokens) => {
  const { prefillTokens, prefillMsPerToken, decodeMsPerToken, remainingTokens } = replica;
  return (
    (prefillTokens + uncachedTokens) * prefillMsPerToken +
    (remainingTokens + expectedOutputTokens) * decodeMsPerToken
  );
};
