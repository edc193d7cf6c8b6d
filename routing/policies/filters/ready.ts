import type { Filter } from '../policy.ts';

/** Keeps replicas that take requests: not those that start, drain, are ejected, or have their one probe already. */
export const ready: Filter = {
  name: 'ready',
  keeps: (_request, { state }) => state === 'ready' || state === 'half-open',
};
