import type { Filter } from '../policy.ts';

/** Drops replicas that the request has already failed on. */
export const notExcluded: Filter = {
  name: 'not-excluded',
  keeps: (request, candidate) => !request.excluded.has(candidate.replica.id),
};
