import { findPreset } from '../../../deploy/simulator/presets.ts';
import type { Preset } from '../../../deploy/simulator/presets.ts';
import { measure } from '../../../gateway/replay/measures.ts';
import type { Measures } from '../../../gateway/replay/measures.ts';
import type {
  GatewayCost,
  ProcessLateness,
  ReplayRun,
  RequestDecision,
  RunSetup,
} from '../../../gateway/replay/replay-run.ts';
import type { FleetSettings, ReplaySettings } from '../../../gateway/replay/replay-settings.ts';
import type { RequestResult } from '../../../gateway/replay/request-result.ts';
import { completions } from '../../../gateway/replay/wire-formats/completions.ts';
import {
  publishedRandomOptions,
  randomWorkload,
} from '../../../gateway/replay/workloads/random.ts';

/** A success of four tokens: sent at 0, first token after 100 ms, then one each 50 ms. */
export function aResult(fields: Partial<RequestResult> = {}): RequestResult {
  return {
    index: 0,
    succeeded: true,
    error: '',
    promptTokens: 10,
    outputTokens: 4,
    retokenizedTokens: 4,
    startMs: 0,
    timeToFirstTokenMs: 100,
    interTokenMs: Float64Array.of(50, 50, 50),
    endToEndMs: 250,
    text: ' a b c d',
    usage: undefined,
    replica: undefined,
    ...fields,
  };
}

/** A request that was refused. */
export function aFailure(fields: Partial<RequestResult> = {}): RequestResult {
  return aResult({
    succeeded: false,
    error: 'Bad Request',
    outputTokens: 0,
    retokenizedTokens: 0,
    timeToFirstTokenMs: 0,
    interTokenMs: new Float64Array(),
    endToEndMs: 0,
    text: '',
    ...fields,
  });
}

/** A run of one second over two random requests, both successful. */
export function aRun(fields: Partial<ReplayRun> = {}): ReplayRun {
  const results = fields.results ?? [aResult(), aResult({ index: 1, startMs: 500 })];
  return {
    backend: 'sglang',
    target: 'virtual',
    setup: aSetup(),
    rules: '0.2.14',
    workload: randomWorkload({ ...publishedRandomOptions, requests: results.length }),
    maxConcurrency: undefined,
    speed: 1,
    startedAt: new Date(2026, 2, 5),
    results,
    measures: measure(results, 1000),
    complete: true,
    simulation: undefined,
    notes: [],
    samples: [],
    lateness: [],
    gatewayCost: undefined,
    receipts: new Map(),
    serverInfo: undefined,
    ...fields,
  };
}

/** Who answers, of whom nothing is known. */
export function aSetup(fields: Partial<RunSetup> = {}): RunSetup {
  return { replicas: '', model: undefined, policy: undefined, admission: undefined, ...fields };
}

/** What a gateway cost, of which nothing is known. */
export function aCost(fields: Partial<GatewayCost> = {}): GatewayCost {
  return {
    queueWaitMs: undefined,
    cpuMsPerToken: undefined,
    firstToken: undefined,
    tokenGap: undefined,
    ...fields,
  };
}

/** A request that waited a second and went to the first of two replicas, for 300 ms. */
export function aDecision(fields: Partial<RequestDecision> = {}): RequestDecision {
  return {
    replica: 'replica-0',
    refusal: undefined,
    waitMs: 1000,
    servedRequests: 5,
    costsMs: new Map([
      ['prefill-wait', 200],
      ['kv-pressure', 100],
    ]),
    candidates: [{ replica: 'replica-0', costMs: 300 }],
    dropped: [],
    ...fields,
  };
}

/** Measures of nothing, to be filled in by hand. */
export const noMeasures: Measures = measure([], 0);

/** A process that was never late. */
export function aLateness(fields: Partial<ProcessLateness> = {}): ProcessLateness {
  return { process: 'client', keepsPace: false, p99Ms: 0, maxMs: 0, samples: 1000, ...fields };
}

/** The preset of that name, which has to exist. */
export function presetNamed(name: string): Preset {
  const preset = findPreset(name);
  if (preset === undefined) throw new RangeError(`no preset ${name}`);
  return preset;
}

/** Two extrapolated replicas of four GPUs, the gateway queueing before them. */
export function aFleet(fields: Partial<FleetSettings> = {}): FleetSettings {
  const tp4 = presetNamed('sglang-0.2.14-4xh100-tp4');
  return {
    presets: [tp4, tp4],
    admission: 'late-binding',
    policy: 'kv-aware',
    speed: 3,
    ...fields,
  };
}

/** Twenty short requests, asked for as the published runs did. */
export function settings(fields: Partial<ReplaySettings> = {}): ReplaySettings {
  return {
    workload: randomWorkload({
      ...publishedRandomOptions,
      requests: 20,
      inputTokens: 256,
      outputTokens: 64,
      // So that no request asks for nothing.
      rangeRatio: 0.25,
    }),
    rules: '0.2.14',
    seed: 1,
    backend: 'sglang',
    format: completions,
    model: undefined,
    extraBody: {},
    ignoreEndOfSequence: true,
    asksUsage: false,
    keepsText: false,
    maxConcurrency: undefined,
    warmUpRequests: 1,
    authorization: 'Bearer None',
    ...fields,
  };
}
