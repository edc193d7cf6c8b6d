/** Seeds that rules may be tuned on. */
export const tuningSeeds: readonly number[] = Array.from({ length: 20 }, (_, index) => index + 1);

/** Seeds of the figures in the docs, used for nothing else. */
export const finalSeeds: readonly number[] = Array.from({ length: 20 }, (_, index) => 1001 + index);
