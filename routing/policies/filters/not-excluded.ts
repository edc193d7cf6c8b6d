import type { Filter } from '../policy.ts';

/** Drops replicas that the request has already failed on. */
export const notExcluded: Filter = {
  name: 'not-excluded',
  keeps: ({ excluded }, candidate) => excluded.size === 0 || !excluded.has(candidate.replica.id),
};
