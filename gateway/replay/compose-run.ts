import { measure } from './measures.ts';
import { runNotes } from './notes.ts';
import type {
  GatewayCost,
  LoadSample,
  ProcessLateness,
  ReplayRun,
  RequestDecision,
  RunSetup,
  RunTarget,
} from './replay-run.ts';
import type { FleetSettings, ReplaySettings } from './replay-settings.ts';
import type { RequestResult } from './request-result.ts';
import { simulationBy } from './simulation.ts';

/** What came of a run, wherever it was made. */
export interface Outcome {
  readonly results: readonly RequestResult[];
  readonly durationMs: number;
  readonly complete: boolean;
  readonly samples?: readonly LoadSample[];
  readonly lateness?: readonly ProcessLateness[];
  readonly gatewayCost?: GatewayCost;
  readonly receipts?: ReadonlyMap<string, readonly RequestDecision[]>;
  /** Model that was asked for, where one was. */
  readonly model?: string;
  /** Presets of the simulated replicas that said so in their answers. */
  readonly simulators?: Iterable<string>;
  /** What the server says of itself, as JSON. */
  readonly serverInfo?: unknown;
}

/** How a run was made. */
export interface RunCircumstances {
  readonly target: RunTarget;
  readonly startedAt: Date;
  /** Of the server that was there already. */
  readonly url?: string;
  /** The simulated replicas; `undefined` where a server was there already. */
  readonly fleet: FleetSettings | undefined;
  /** Title of the published run that is made again, if one is. */
  readonly reproduced: string | undefined;
}

/** A run with its measures and with all that a reader must know of it. */
export function composeRun(
  settings: ReplaySettings,
  circumstances: RunCircumstances,
  outcome: Outcome,
): ReplayRun {
  const { target, startedAt, fleet } = circumstances;
  const measures = measure(outcome.results, outcome.durationMs);
  const speed = fleet?.speed ?? 1;
  const lateness = outcome.lateness ?? [];
  const own = fleet?.presets.map(({ name }) => name) ?? [];
  const simulation = simulationBy([...own, ...(outcome.simulators ?? [])]);
  const sources = { ...circumstances, results: outcome.results, measures, speed, lateness };
  return {
    backend: settings.backend,
    target,
    setup: setupOf(settings, circumstances, outcome),
    rules: settings.rules,
    workload: settings.workload,
    maxConcurrency: settings.maxConcurrency,
    speed,
    startedAt,
    results: outcome.results,
    measures,
    complete: outcome.complete,
    simulation,
    notes: runNotes({ ...sources, simulation }),
    samples: outcome.samples ?? [],
    lateness,
    gatewayCost: outcome.gatewayCost,
    receipts: outcome.receipts ?? new Map(),
    serverInfo: outcome.serverInfo,
  };
}

function setupOf(
  settings: ReplaySettings,
  { fleet, url = '' }: RunCircumstances,
  outcome: Outcome,
): RunSetup {
  const presets = fleet?.presets ?? [];
  const counts = [...new Set(presets)].map((preset) => {
    const count = presets.filter((each) => each === preset).length;
    return `${count} × ${preset.hardware}`;
  });
  return {
    replicas: fleet === undefined ? url : counts.join(' and '),
    model: outcome.model ?? settings.model ?? presets[0]?.model,
    policy: fleet?.policy,
    admission: fleet?.admission,
  };
}
