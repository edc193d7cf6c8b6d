import type { Candidate } from './replica.ts';
import type { RoutingRequest } from './request.ts';

/** Prompt tokens that a replica would have to compute: all but those in its KV cache. */
export function uncachedTokens(
  { promptTokens, cached }: RoutingRequest,
  { replica }: Candidate,
): number {
  return promptTokens - (cached?.at(replica.id) ?? 0);
}

/** Seconds until a replica has computed the prompt: those that were sent before it, then its own. */
export function prefillSeconds(request: RoutingRequest, candidate: Candidate): number {
  const { inFlight, speed } = candidate;
  const ahead = inFlight.prefillTokens + othersTokens(candidate, request.promptTokens);
  return (ahead + uncachedTokens(request, candidate)) / speed.prefillTokensPerSecond;
}

/** Where the engine counts waiting requests but not their tokens, they are taken to be like this one. */
function othersTokens({ others }: Candidate, promptTokens: number): number {
  return others.waitingTokens ?? others.waitingRequests * promptTokens;
}
