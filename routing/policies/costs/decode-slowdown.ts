import { decodeStepMs } from '../../speed.ts';
import type { Cost } from '../policy.ts';

/**
 * Seconds of decoding: what the request itself takes for its expected output in the batch as it
 * would be with it, and what it takes from the others there by making their steps longer. Its own
 * KV is counted as it is halfway.
 */
export const decodeSlowdown: Cost = {
  name: 'decode-slowdown',
  estimate({ promptTokens, expectedOutputTokens }, candidates, seconds) {
    const ownKvTokens = promptTokens + expectedOutputTokens / 2;
    for (const [index, { inFlight, others, speed }] of candidates.entries()) {
      const requests = inFlight.requests + others.requests;
      const kvTokens = inFlight.kvTokens + others.kvTokens;
      const addedMs = speed.decodeStepMsPerRequest + speed.decodeStepMsPerKvToken * ownKvTokens;
      const stepMs = decodeStepMs(speed, requests, kvTokens) + addedMs;
      seconds[index] = (expectedOutputTokens * (stepMs + requests * addedMs)) / 1000;
    }
  },
};
