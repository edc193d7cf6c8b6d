import { prefillSeconds } from '../../prefill.ts';
import type { Cost } from '../policy.ts';

/**
 * Seconds until the prompt is computed, cached tokens left out. So a replica that holds a prefix is
 * preferred just as long as waiting for it costs less than computing the prefix again elsewhere.
 */
export const prefillWait: Cost = {
  name: 'prefill-wait',
  estimate(request, candidates, seconds) {
    let index = 0;
    for (const candidate of candidates) {
      seconds[index++] = prefillSeconds(request, candidate);
    }
  },
};
