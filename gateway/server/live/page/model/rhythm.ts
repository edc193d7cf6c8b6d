import type { RequestPhase } from './live-events.ts';

/** What a request did in one quarter of a second, as one byte. From `tokens` on: tokens came, by the longest gap between them. */
export const cells = {
  empty: 0,
  waiting: 1,
  prefill: 2,
  computing: 3,
  silent: 4,
  stalled: 5,
  tokens: 6,
} as const;

/** Gaps up to so many milliseconds share a colour; longer ones have the last. */
export const GAP_STEPS_MS: readonly number[] = [16, 32, 64, 128, 256, 512, 1_024];

/** Different bytes of `cells`. */
export const CELL_KINDS: number = cells.tokens + GAP_STEPS_MS.length + 1;

/** A stream without a token for so long has stalled. */
const STALLED_MS = 1_000;

/** Which of the steps a gap falls in: 0 for the shortest. */
export function gapStep(gapMs: number): number {
  const step = GAP_STEPS_MS.findIndex((limitMs) => gapMs <= limitMs);
  return step === -1 ? GAP_STEPS_MS.length : step;
}

/** The cell of a request in which nothing has moved. */
export function quietCell(phase: RequestPhase, silentMs: number): number {
  if (phase !== 'streaming') return cells[phase];
  return silentMs >= STALLED_MS ? cells.stalled : cells.silent;
}

/** The cell of a request that has put tokens out. */
export function tokenCell(gapMs: number): number {
  return cells.tokens + gapStep(gapMs);
}
