import type { Candidate } from './replica.ts';
import { decodeStepMs } from './speed.ts';

/** What the time that a replica may be silent is reckoned from. */
export type Sounding = Pick<Candidate, 'inFlight' | 'others' | 'speed'>;

/**
 * Milliseconds for which a replica may well send nothing on any stream: an engine that prefills first lets all of
 * them stand until every prompt that it was given is computed, and then makes a step.
 */
export function expectedSilenceMs({ inFlight, others, speed }: Sounding): number {
  const prefillTokens = inFlight.prefillTokens + (others.waitingTokens ?? 0);
  const requests = inFlight.requests + others.requests;
  const stepMs = decodeStepMs(speed, requests, inFlight.kvTokens + others.kvTokens);
  return (1000 * prefillTokens) / speed.prefillTokensPerSecond + stepMs;
}
