import { runOnFleet } from './fleet-run.ts';
import type { SimulatedFleet } from './fleet/simulated-fleet.ts';
import { lateProcesses, stepWallMs } from './keep-up.ts';
import type { RunParts } from './perform-run.ts';
import type { ProcessLateness, ReplayRun } from './replay-run.ts';
import type { ReplaySettings } from './replay-settings.ts';
import { defaultShape } from './workload.ts';
import type { Workload } from './workload.ts';

/** What a trial of the machine showed. */
export interface SpeedTrial {
  /** Wall milliseconds of a step of the run to come. */
  readonly stepMs: number;
  /** Who was too late for it; nobody where the machine keeps up. */
  readonly late: readonly ProcessLateness[];
}

/** As many at once as the published workload keeps running on two replicas, for a few seconds. */
const REQUESTS = 440;
const PROMPT_TOKENS = 16;
const OUTPUT_TOKENS = 260;

/** Has a fleet at `speed` answer a short burst, and tells whether the machine would keep up with the run to come. */
export async function trySpeed(
  fleet: SimulatedFleet,
  options: ReplaySettings & { readonly speed: number; readonly expected: ReplayRun },
  parts: RunParts,
): Promise<SpeedTrial> {
  const { speed, expected, ...settings } = options;
  const trial = { ...settings, ...parts, workload: burst, warmUpRequests: 0, speed };
  const { lateness } = await runOnFleet(fleet, { ...trial, onProgress: () => undefined }, parts);
  const stepMs = stepWallMs(expected.measures, speed);
  return { stepMs, late: lateProcesses(lateness, stepMs) };
}

const burst: Workload = {
  dataset: 'random',
  requestRate: Infinity,
  shape: defaultShape,
  requests: Array.from({ length: REQUESTS }, (_, index) => ({
    index,
    arrivalMs: 0,
    promptTokens: PROMPT_TOKENS,
    outputTokens: OUTPUT_TOKENS,
    prompt: { kind: 'words', segments: [{ content: `trial ${index}`, tokens: PROMPT_TOKENS }] },
  })),
};
