import type { Speed } from './replica.ts';

/**
 * SGLang 0.2.14 serving Llama-3-70B-class weights on eight H100 (TP8): a fit over its published
 * runs. Prefill 3.887e-5 s a token; decode step 14.08 ms + 0.1006 ms a request + 20.13 ns a KV token.
 * Where replicas are alike only its proportions matter.
 */
export const defaultSpeed: Speed = {
  prefillTokensPerSecond: 1 / 3.887e-5,
  decodeStepMs: 14.08,
  decodeStepMsPerRequest: 0.1006,
  decodeStepMsPerKvToken: 2.013e-5,
};

/** Milliseconds of one decode step of a batch: the step time that the published runs are calibrated on. */
export function decodeStepMs(speed: Speed, requests: number, kvTokens: number): number {
  return (
    speed.decodeStepMs +
    speed.decodeStepMsPerRequest * requests +
    speed.decodeStepMsPerKvToken * kvTokens
  );
}

/** The mean of each figure, of times and not of rates; `defaultSpeed` for none. */
export function meanSpeed(speeds: readonly Speed[]): Speed {
  if (speeds.length === 0) return defaultSpeed;
  const mean = (figure: (speed: Speed) => number): number =>
    speeds.reduce((sum, speed) => sum + figure(speed), 0) / speeds.length;
  return {
    prefillTokensPerSecond: 1 / mean((speed) => 1 / speed.prefillTokensPerSecond),
    decodeStepMs: mean((speed) => speed.decodeStepMs),
    decodeStepMsPerRequest: mean((speed) => speed.decodeStepMsPerRequest),
    decodeStepMsPerKvToken: mean((speed) => speed.decodeStepMsPerKvToken),
  };
}

/** Peers whose pace differs by less than this factor are taken to be equally fast: fits of equal replicas differ so. */
const PACE_TOLERANCE = 1.3;

/** A replica's own speed where it stands out among its peers, else theirs: noise in a fit must not tilt the load. */
export function pooledSpeed(own: Speed, peers: Speed): Speed {
  const ratio = paceMs(own) / paceMs(peers);
  return ratio < PACE_TOLERANCE && ratio > 1 / PACE_TOLERANCE ? peers : own;
}

/** Time for the prefill of a mean published prompt and fifty steps of a batch of a hundred such requests. */
function paceMs(speed: Speed): number {
  return (1000 * 2033) / speed.prefillTokensPerSecond + 50 * decodeStepMs(speed, 100, 250_000);
}
