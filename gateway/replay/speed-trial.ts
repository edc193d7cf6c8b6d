import { burst } from './burst.ts';
import { runOnFleet } from './fleet-run.ts';
import type { SimulatedFleet } from './fleet/simulated-fleet.ts';
import { lateProcesses, stepWallMs } from './keep-up.ts';
import type { RunParts } from './perform-run.ts';
import type { ProcessLateness, ReplayRun } from './replay-run.ts';
import type { ReplaySettings } from './replay-settings.ts';
import { clientTimeline } from './timeline.ts';

/** What a trial of the machine showed. */
export interface SpeedTrial {
  /** Wall milliseconds of a step of the run to come. */
  readonly stepMs: number;
  readonly lateness: readonly ProcessLateness[];
  /** Who was too late for it; nobody where the machine keeps up. */
  readonly late: readonly ProcessLateness[];
}

/** Some seconds of steps at the speeds of a demo, so that a P99 is more than the worst one of them. */
const BURST = { promptTokens: 16, outputTokens: 260, content: 'trial' };

/**
 * Has a fleet at `speed` answer, for a few seconds, as many requests at once as `expected` keeps
 * running, and tells whether the machine would keep up with that run.
 */
export async function trySpeed(
  fleet: SimulatedFleet,
  options: ReplaySettings & { readonly speed: number; readonly expected: ReplayRun },
  parts: RunParts,
): Promise<SpeedTrial> {
  const { speed, expected, ...settings } = options;
  const trial = {
    ...settings,
    ...parts,
    workload: burst({ ...BURST, requests: runningMost(expected) }),
    warmUpRequests: 0,
    speed,
    probesCost: false,
    onProgress: () => undefined,
  };
  const { lateness } = await runOnFleet(fleet, trial, parts);
  const stepMs = stepWallMs(expected.measures, speed);
  return { stepMs, lateness, late: lateProcesses(lateness, stepMs) };
}

/** Most requests that were past their first token at one moment. */
function runningMost({ results, measures }: ReplayRun): number {
  const { running, timesMs } = clientTimeline(results, measures.durationSeconds * 1000);
  const atOnce = timesMs.map((_, point) =>
    running.reduce((sum, { values }) => sum + (values[point] ?? 0), 0),
  );
  return atOnce.reduce((most, count) => Math.max(most, count), 1);
}
