import type { Filter } from '../policy.ts';

/** Keeps replicas that list the asked model, or the adapter of that name. */
export const serves: Filter = {
  name: 'serves',
  keeps: (request, candidate) => candidate.replica.models.includes(request.model),
};
