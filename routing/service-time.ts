import { prefillSeconds } from './prefill.ts';
import type { Candidate } from './replica.ts';
import type { RoutingRequest } from './request.ts';
import { decodeStepMs } from './speed.ts';

/**
 * Streams that are slower than two tokens a second are no pace but a stall: an engine that prefills first lets all of
 * them stand for the length of a burst, 43 s in the published SGLang run, and then goes on as before.
 */
const STREAM_PACE_MS_MAX = 500;

/**
 * Milliseconds from a request's dispatch to its expected end at a replica: the prefills there and its own,
 * then its output at the pace of the streams under way, and at the replica's decode step where that is slower.
 */
export function serviceMs(
  request: RoutingRequest,
  candidate: Candidate,
  msPerToken: number | undefined,
): number {
  const { inFlight, others, speed } = candidate;
  const requests = inFlight.requests + others.requests;
  const stepMs = decodeStepMs(speed, requests, inFlight.kvTokens + others.kvTokens);
  const paceMs = Math.max(stepMs, Math.min(msPerToken ?? 0, STREAM_PACE_MS_MAX));
  return 1000 * prefillSeconds(request, candidate) + paceMs * request.expectedOutputTokens;
}
