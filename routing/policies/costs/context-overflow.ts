import type { Cost } from '../policy.ts';

/**
 * Thirty years: more than all other costs together, also where a millisecond of gap is worth an hour, so that a replica
 * with a longer context is preferred whenever there is one. Beside it a double still tells microseconds apart.
 */
const OVERFLOW_SECONDS = 1e9;

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
      seconds[index++] = promptTokens + expectedOutputTokens > room ? OVERFLOW_SECONDS : 0;
    }
  },
};
