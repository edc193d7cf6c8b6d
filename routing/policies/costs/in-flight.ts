import type { Cost } from '../policy.ts';

/** As if each request there took a second: for policies that compare counts and nothing else. */
const SECONDS_PER_REQUEST = 1;

/** Grows with the open requests: our own, and those of others that the gauges still show. */
export const inFlight: Cost = {
  name: 'in-flight',
  estimate(_request, candidates, seconds) {
    let index = 0;
    for (const candidate of candidates) {
      const requests = candidate.inFlight.requests + candidate.others.requests;
      seconds[index++] = SECONDS_PER_REQUEST * requests;
    }
  },
};
