import type { Candidate } from '../../replica.ts';
import type { Cost } from '../policy.ts';

/** Seconds until the prompt is computed: the prompts sent before it, then its own. */
export const prefillWait: Cost = {
  name: 'prefill-wait',
  estimate(request, candidates, seconds) {
    for (const [index, candidate] of candidates.entries()) {
      const ahead =
        candidate.inFlight.prefillTokens + othersTokens(candidate, request.promptTokens);
      const tokens = ahead + request.promptTokens;
      seconds[index] = tokens / candidate.speed.prefillTokensPerSecond;
    }
  },
};

/** Where the engine counts waiting requests but not their tokens, they are taken to be like this one. */
function othersTokens({ others }: Candidate, promptTokens: number): number {
  return others.waitingTokens ?? others.waitingRequests * promptTokens;
}
