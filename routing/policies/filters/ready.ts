import type { Filter } from '../policy.ts';

/** Keeps replicas that take requests: not those that start, drain or are ejected. */
export const ready: Filter = {
  name: 'ready',
  keeps: (_request, candidate) => candidate.state === 'ready',
};
