import type { Cost } from '../policy.ts';
import { TOO_LONG_SECONDS } from '../policy.ts';

/**
 * Keeps requests from replicas whose context is too short for them. A cost and not a filter:
 * token counts are estimates, and where no context is long enough the engine's own refusal says it best.
 */
export const contextOverflow: Cost = {
  name: 'context-overflow',
  estimate({ promptTokens, expectedOutputTokens }, candidates, seconds) {
    let index = 0;
    for (const { replica } of candidates) {
      const room = replica.contextTokensMax ?? Infinity;
      seconds[index++] = promptTokens + expectedOutputTokens > room ? TOO_LONG_SECONDS : 0;
    }
  },
};
