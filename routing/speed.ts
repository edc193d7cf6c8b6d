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
