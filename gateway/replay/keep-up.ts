import type { Measures } from './measures.ts';
import type { ProcessLateness } from './replay-run.ts';

/** A replica keeps the time of a run: its timers may be late by this share of a step, and no more. */
export const PACE_SHARE_MAX = 0.05;
/**
 * Client and gateway are handed the tokens of a whole step at once, so their loops are busy for a
 * while in each step by design. They keep up while that is well below a step.
 */
export const BURST_SHARE_MAX = 0.5;

/** Timers of Node come on whole milliseconds: two of them are the least that says something of a machine. */
const LATE_MS_MIN = 2;
/** Below it, a P99 is one of the two worst values and not a percentile. */
export const SAMPLES_MIN = 200;

/**
 * Wall milliseconds of a usual decode step: the median gap between tokens, at the speed of the run. On a
 * machine so late that most tokens come together there is none, and the median time a token stands for it.
 */
export function stepWallMs(
  { interTokenMs, timePerOutputTokenMs }: Pick<Measures, 'interTokenMs' | 'timePerOutputTokenMs'>,
  speed: number,
): number {
  const isTogether = interTokenMs.median < timePerOutputTokenMs.median * TOGETHER_SHARE;
  return (isTogether ? timePerOutputTokenMs : interTokenMs).median / speed;
}

/** Prefills between the steps make the time a token longer than a step, but never so much. */
const TOGETHER_SHARE = 0.1;

/** Share of a step that the P99 lateness of a process may come to. */
export function latenessShareMax({ keepsPace }: ProcessLateness): number {
  return keepsPace ? PACE_SHARE_MAX : BURST_SHARE_MAX;
}

/** Those whose P99 lateness passes their share of a step of `stepMs` wall milliseconds. */
export function latePastShare(
  lateness: readonly ProcessLateness[],
  stepMs: number,
): readonly ProcessLateness[] {
  return lateness.filter((each) => each.p99Ms > stepMs * latenessShareMax(each));
}

/** Those among them for which the machine is too slow: by more than timers are late anywhere, and often enough. */
export function lateProcesses(
  lateness: readonly ProcessLateness[],
  stepMs: number,
): readonly ProcessLateness[] {
  return latePastShare(lateness, stepMs).filter(
    ({ p99Ms, samples = SAMPLES_MIN }) => p99Ms >= LATE_MS_MIN && samples >= SAMPLES_MIN,
  );
}
