import type { Filter } from '../policy.ts';

/** Keeps replicas whose engine speaks the request's API: an engine's native one is spoken by no other. */
export const speaks: Filter = {
  name: 'speaks',
  keeps: ({ engine }, { replica }) => engine === undefined || engine === replica.engine,
};
