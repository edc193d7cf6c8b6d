import type { Cost } from '../policy.ts';

/** How much more than a running request a waiting one counts. */
const WAITING_WEIGHT = 4;

/**
 * vLLM's choice between data-parallel engines (vllm-project/vllm, `vllm/v1/engine/core_client.py`), for
 * comparison: four times the waiting requests plus the running ones, as last told; each that was sent
 * since then counts as waiting. A weighted count, no seconds.
 */
export const vllmWaitingRunning: Cost = {
  name: 'vllm-waiting-running',
  estimate(_request, candidates, seconds) {
    let index = 0;
    for (const { load, inFlight } of candidates) {
      const waiting = (load?.waitingRequests ?? 0) + inFlight.requestsSinceSnapshot;
      seconds[index++] = WAITING_WEIGHT * waiting + (load?.runningRequests ?? 0);
    }
  },
};
