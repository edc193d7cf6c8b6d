/** Bounds of request-long durations, in seconds: the convention's, carried on to ten minutes for long generations. */
export const durationBoundsSeconds: readonly number[] = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84,
  327.68, 655.36,
];

/** Bounds of the time to the first token, in seconds: the convention's, carried on to 160 s for queues under overload. */
export const timeToFirstTokenBoundsSeconds: readonly number[] = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
  160,
];

/** Bounds of a request's mean time per output token, in seconds: the convention's. */
export const timePerOutputTokenBoundsSeconds: readonly number[] = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5,
];

/** Bounds of single gaps between tokens, in seconds: finer than the convention, which cannot tell 5 ms from 10. */
export const interTokenLatencyBoundsSeconds: readonly number[] = [
  0.001, 0.002, 0.003, 0.004, 0.006, 0.008, 0.01, 0.0125, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05,
  0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5,
];

/** Bounds of the wait for a place, in seconds; most requests wait for none. */
export const queueWaitBoundsSeconds: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160,
];

/** Bounds of estimated over true prompt tokens; 1 is exact. */
export const estimateRatioBounds: readonly number[] = [
  0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.01, 1.05, 1.1, 1.25, 1.5, 2, 4,
];

/** Bounds of what the gateway itself takes for one part of a request, in seconds: from one reading of the clock to a stall. */
export const overheadBoundsSeconds: readonly number[] = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1,
];
