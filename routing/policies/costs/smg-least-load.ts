import type { Candidate, LoadSnapshot } from '../../replica.ts';
import type { Cost } from '../policy.ts';

/** What smg takes a prompt for where the engine counts requests alone, as over HTTP. */
const PROMPT_TOKENS_GUESS = 1024;

/** What it takes a replica to generate where the engine does not tell. */
const TOKENS_PER_SECOND_GUESS = 2000;

/** Its price of a half-full KV cache. */
const HALF_FULL_SECONDS = 0.15;

/** Just below full, so that the curve stays finite. */
const KV_USAGE_MAX = 0.999;

/** A report that has missed three polls of ten seconds counts as none. */
const FRESH_MS_MAX = 30_000;

/**
 * smg's `least_load` (smg-project/smg, `model_gateway/src/policies/least_load.rs`), for comparison: the
 * tokens queued and those sent since the last poll, over the rate at which the replica generates, plus
 * 0.15 s × usage / (1 − usage) of its KV cache. Seconds by name, though prompt tokens are divided by a
 * rate of output tokens. Without a fresh report, the open requests stand for the queue.
 */
export const smgLeastLoad: Cost = {
  name: 'smg-least-load',
  estimate(_request, candidates, seconds) {
    let index = 0;
    for (const candidate of candidates) {
      const { load, loadAgeMs, inFlight } = candidate;
      seconds[index++] =
        load === undefined || loadAgeMs > FRESH_MS_MAX
          ? (inFlight.requests * PROMPT_TOKENS_GUESS) / TOKENS_PER_SECOND_GUESS
          : reported(load, candidate);
    }
  },
};

function reported(load: LoadSnapshot, { inFlight }: Candidate): number {
  const queued = load.waitingTokens ?? load.waitingRequests * PROMPT_TOKENS_GUESS;
  const sent = inFlight.requestsSinceSnapshot * PROMPT_TOKENS_GUESS;
  const told = load.outputTokensPerSecond ?? 0;
  const usage = Math.min(load.kvCacheUsage, KV_USAGE_MAX);
  const rate = told > 0 ? told : TOKENS_PER_SECOND_GUESS;
  return (queued + sent) / rate + (HALF_FULL_SECONDS * usage) / (1 - usage);
}
