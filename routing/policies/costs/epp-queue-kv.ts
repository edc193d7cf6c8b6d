import type { Candidate } from '../../replica.ts';
import type { Cost } from '../policy.ts';

/** Its two scorers have the same weight by default. */
const SCORER_WEIGHT = 2;

/**
 * The endpoint picker of llm-d and the Gateway API Inference Extension (llm-d/llm-d-router, scorers
 * `queuedepth` and `kvcacheutilization`), for comparison: the waiting requests, from 0 at the shortest
 * queue of the fleet to 1 at the longest, plus the share of the KV cache in use. Gauges alone, at any
 * age; what was sent since the last poll is not counted. A sum of two shares, no seconds.
 */
export const eppQueueKv: Cost = {
  name: 'epp-queue-kv',
  estimate(_request, candidates, seconds) {
    let shortest = Infinity;
    let longest = 0;
    for (const candidate of candidates) {
      const waiting = waitingRequests(candidate);
      shortest = Math.min(shortest, waiting);
      longest = Math.max(longest, waiting);
    }
    // Where all queues are alike, none is long.
    const span = longest > shortest ? longest - shortest : Infinity;
    let index = 0;
    for (const candidate of candidates) {
      const queue = (waitingRequests(candidate) - shortest) / span;
      seconds[index++] = SCORER_WEIGHT * (queue + (candidate.load?.kvCacheUsage ?? 0));
    }
  },
};

function waitingRequests({ load }: Candidate): number {
  return load?.waitingRequests ?? 0;
}
