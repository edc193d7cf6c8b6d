import { uncachedTokens } from '../../prefill.ts';
import type { Cost } from '../policy.ts';

/** Its block size unless an engine says otherwise. */
const BLOCK_TOKENS = 16;

/** What a prefill block counts against a decode block, by default. */
const PREFILL_WEIGHT = 1;

/**
 * The KV router of Dynamo (ai-dynamo/dynamo, `lib/llm/src/kv_router/scheduler.rs`), for comparison: the
 * blocks still to be computed, cached ones left out, plus the blocks held by all that runs, the request's
 * own among both. It counts what it has sent and reads no gauge. Blocks, no seconds.
 */
export const dynamoKvCost: Cost = {
  name: 'dynamo-kv-cost',
  estimate(request, candidates, seconds) {
    let index = 0;
    for (const candidate of candidates) {
      const { prefillTokens, kvTokens } = candidate.inFlight;
      const own = uncachedTokens(request, candidate);
      const prefill = PREFILL_WEIGHT * Math.max(prefillTokens + own, 0);
      seconds[index++] = (prefill + kvTokens + own) / BLOCK_TOKENS;
    }
  },
};
