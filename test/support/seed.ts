import fc from 'fast-check';

/**
 * The same properties on the same inputs in every run, so that a red check is about the change at hand.
 * `FC_SEED=7 npx vitest run …` explores others; a failing property prints its seed and path.
 */
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 1) });
