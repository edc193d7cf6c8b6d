import { decodeStepMs } from '../../speed.ts';
import type { Cost, GoodService } from '../policy.ts';

/**
 * What slower decoding is worth, in seconds of waiting for the first token: a gap between tokens that is as long
 * as a good one is as bad as a good wait. Counted are the gap that the request would have in the batch with it,
 * and what it adds to the gap of each other there. Its own KV is counted as it is halfway.
 *
 * Not the sum over all tokens: a thousand gaps that are each half a millisecond longer are noticed by nobody,
 * half a second before the first token is. A request that gets no tokens one by one costs nothing.
 */
export function decodeSlowdown({ firstTokenMs, tokenGapMs }: GoodService): Cost {
  const secondsPerGapMs = firstTokenMs / tokenGapMs / 1000;
  return {
    name: 'decode-slowdown',
    estimate({ promptTokens, expectedOutputTokens }, candidates, seconds) {
      if (expectedOutputTokens <= 1) return void seconds.fill(0);
      const ownKvTokens = promptTokens + expectedOutputTokens / 2;
      let index = 0;
      for (const { inFlight, others, speed } of candidates) {
        const requests = inFlight.requests + others.requests;
        const kvTokens = inFlight.kvTokens + others.kvTokens;
        const addedMs = speed.decodeStepMsPerRequest + speed.decodeStepMsPerKvToken * ownKvTokens;
        const gapMs = decodeStepMs(speed, requests, kvTokens) + addedMs;
        seconds[index++] = secondsPerGapMs * (gapMs + requests * addedMs);
      }
    },
  };
}
