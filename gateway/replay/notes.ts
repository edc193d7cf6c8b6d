import {
  latenessShareMax,
  latePastShare,
  lateProcesses,
  SAMPLES_MIN,
  stepWallMs,
} from './keep-up.ts';
import type { Measures } from './measures.ts';
import type { ProcessLateness } from './replay-run.ts';
import type { FleetSettings } from './replay-settings.ts';
import type { RequestResult } from './request-result.ts';
import { presetsOf } from './simulation.ts';
import type { Simulation } from './simulation.ts';

/** What the notes of a run are made from. */
export interface NoteSources {
  /** The simulated replicas; `undefined` where a server was there already. */
  readonly fleet: FleetSettings | undefined;
  readonly simulation: Simulation | undefined;
  /** Title of the published run that is made again, if one is. */
  readonly reproduced: string | undefined;
  readonly results: readonly RequestResult[];
  readonly measures: Measures;
  readonly speed: number;
  readonly lateness: readonly ProcessLateness[];
}

/** Different errors that are told; more would bury the others. */
const ERRORS_MAX = 5;

/** Sentences that a reader of a run must know: what is simulated, what failed, what was late. */
export function runNotes(sources: NoteSources): readonly string[] {
  return [
    ...reproductionNotes(sources),
    ...presetNotes(sources),
    ...admissionNotes(sources),
    ...usageNotes(sources),
    ...failureNotes(sources),
    ...latenessNotes(sources),
  ];
}

function reproductionNotes({ reproduced }: NoteSources): readonly string[] {
  if (reproduced === undefined) return [];
  return [
    `The published run of ${reproduced} again: simulated, calibrated on this run. Its figures show ` +
      'that model and transport are faithful, not how fast an engine is.',
  ];
}

function presetNotes({ fleet, simulation }: NoteSources): readonly string[] {
  if (fleet === undefined) return simulation === undefined ? [] : toldNotes(simulation);
  const { presets } = fleet;
  return [...new Set(presets)].map((preset) => {
    const count = presets.filter((each) => each === preset).length;
    return `${count} × ${preset.hardware}: ${preset.note}`;
  });
}

/** Of replicas that were there already, and said of themselves what they are. */
function toldNotes(simulation: Simulation): readonly string[] {
  const names = simulation.presets.join(', ');
  return [
    `Simulated: the answers came from numagate’s own simulator (${names}), not from an engine on GPUs.`,
    ...presetsOf(simulation).map(({ name, note }) => `${name}: ${note}`),
  ];
}

function admissionNotes({ fleet, reproduced }: NoteSources): readonly string[] {
  if (fleet?.admission !== 'pass-through') return [];
  const why = reproduced === undefined ? '' : ', because that is how the published run was made';
  return [`The gateway hands every request on at once (pass-through)${why}.`];
}

function usageNotes({ results }: NoteSources): readonly string[] {
  const told = results.flatMap(({ usage }) => (usage === undefined ? [] : [usage]));
  const promptTokens = told.reduce((sum, each) => sum + each.promptTokens, 0);
  if (promptTokens === 0) return [];
  const outputTokens = told.reduce((sum, each) => sum + each.outputTokens, 0);
  return [
    `The engines counted ${grouped(promptTokens)} prompt and ${grouped(outputTokens)} output ` +
      `tokens over ${grouped(told.length)} answers.`,
  ];
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}

function failureNotes({ results }: NoteSources): readonly string[] {
  const counts = new Map<string, number>();
  for (const { succeeded, error } of results) {
    if (!succeeded) counts.set(error, (counts.get(error) ?? 0) + 1);
  }
  const failures = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (failures === 0) return [];
  const most = [...counts].toSorted(([, one], [, other]) => other - one).slice(0, ERRORS_MAX);
  const told = most.map(([error, count]) => `${count} × ${error}`).join('; ');
  return [`${failures} requests failed: ${told}.`];
}

function latenessNotes({ measures, speed, lateness }: NoteSources): readonly string[] {
  const stepMs = stepWallMs(measures, speed);
  // Where no answer had two tokens there is no step to be late for.
  if (stepMs === 0) return [];
  const past = latePastShare(lateness, stepMs);
  if (past.length === 0) return [];
  const told = past.map((each) => {
    const bound = stepMs * latenessShareMax(each);
    const few = (each.samples ?? SAMPLES_MIN) < SAMPLES_MIN ? `, of ${each.samples} samples` : '';
    return `${each.process} ${each.p99Ms.toFixed(1)} ms (at most ${bound.toFixed(1)}${few})`;
  });
  const what =
    `P99 lateness of ${told.join(', ')}, where a step takes ${stepMs.toFixed(1)} ms at speed ` +
    `${speed}.`;
  return lateProcesses(lateness, stepMs).length === 0
    ? [`${what} No more than timers are late on any machine, or too few samples to tell.`]
    : [`The machine could not keep up: ${what} Read small differences with care.`];
}
