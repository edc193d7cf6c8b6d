import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { VirtualClock } from '../../../deploy/simulator/clock.ts';
import { findPreset, type Preset } from '../../../deploy/simulator/presets.ts';
import { createSimulatedEngine } from '../../../deploy/simulator/simulated-engine.ts';
import { referenceLengths } from '../../support/reference-lengths.ts';
import { aPreset, aSimulatedRequest, Told } from '../../support/simulated.ts';

/** What the reference model of the published runs gives, and what it counted. */
interface Reference {
  readonly metrics: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
}

const sglang: Reference = {
  metrics: {
    duration: 316.43575473162014,
    reqps: 3.160199140100757,
    inps: 6426.2080678103675,
    outps: 3245.7204492301635,
    e2e_mean: 210021.48074990016,
    e2e_med: 231102.55225671013,
    ttft_mean: 81740.34283222008,
    ttft_med: 42394.34304000002,
    ttft_p99: 233459.30530587022,
    tpot_mean: 178.25645814661664,
    tpot_med: 133.62962923352558,
    tpot_p99: 754.8009416065773,
    itl_mean: 128.8854895482229,
    itl_med: 101.52247717443538,
    itl_p99: 427.2988141592921,
    itlMax: 43392.28450023002,
  },
  counts: {
    requests: 1000,
    promptTokens: 2_033_482,
    outputTokens: 1_027_062,
    gaps: 994_923,
    prefills: 515,
    decodes: 3394,
    preemptions: 0,
    peakRunning: 538,
    peakKvTokens: 1_416_874,
  },
};

const vllmCounts = {
  requests: 997,
  promptTokens: 2_024_829,
  outputTokens: 1_027_062,
  gaps: 1_021_680,
  prefills: 730,
  decodes: 5258,
  preemptions: 0,
  peakRunning: 256,
  peakKvTokens: 760_570,
};

const vllm: Reference = {
  metrics: {
    duration: 429.846575382675,
    reqps: 2.3194322279115784,
    inps: 4710.585394794356,
    outps: 2389.368809291195,
    e2e_mean: 247577.10456584938,
    e2e_med: 251207.67129497533,
    ttft_mean: 151489.90803268712,
    ttft_med: 151098.20277690014,
    ttft_p99: 343738.4514884575,
    tpot_mean: 103.6727685641324,
    tpot_med: 97.62164752364545,
    tpot_p99: 278.95007625200554,
    itl_mean: 93.71729400807327,
    itl_med: 93.52265162683229,
    itl_p99: 199.22625708502025,
    itlMax: 23386.316596708988,
  },
  counts: vllmCounts,
};

const vllmSameGpu: Reference = {
  metrics: {
    duration: 425.06469122161747,
    reqps: 2.3455253296496243,
    inps: 4763.578443038234,
    outps: 2416.2486821671037,
    e2e_mean: 247360.61294237667,
    e2e_med: 250940.65105939962,
    ttft_mean: 151090.94217290785,
    ttft_med: 150334.40433074022,
    ttft_p99: 344501.80674362526,
    tpot_mean: 103.5430861841373,
    tpot_med: 98.37074972469915,
    tpot_p99: 269.9959790169136,
    itl_mean: 93.89536034526523,
    itl_med: 93.82279165302374,
    itl_p99: 201.17622300469483,
    itlMax: 22289.42156617,
  },
  counts: vllmCounts,
};

const runs = [
  { preset: 'sglang-0.2.14-8xh100-tp8', key: 'sglang_0_2_14', reference: sglang },
  { preset: 'vllm-0.5.5-8xh100-tp8', key: 'vllm_0_5_5', reference: vllm },
  { preset: 'vllm-0.5.5-same-gpu-8xh100-tp8', key: 'vllm_0_5_5_same_gpu', reference: vllmSameGpu },
] as const;

/** The reference took these from bins of 0.05 ms, so they are right to 0.1 % only. */
const binned = new Set(['itl_med', 'itl_p99']);

describe('the published runs on the virtual clock', () => {
  it.each(runs)('$preset gives every figure of the reference model', ({ preset, reference }) => {
    const { metrics, counts } = replay(presetOf(preset));

    expect(counts).toEqual(reference.counts);
    expect(Object.keys(metrics)).toEqual(Object.keys(reference.metrics));
    for (const [name, wanted] of Object.entries(reference.metrics)) {
      const error = Math.abs((metrics[name] ?? 0) / wanted - 1);
      expect(error, name).toBeLessThan(binned.has(name) ? 1e-3 : 1e-9);
    }
  });

  const vectors = new URL('../../../../shared/random-workload-vectors.json', import.meta.url);

  // The vectors lie beside the repository where they are at hand; the figures above are taken from
  // them.
  it.skipIf(!existsSync(vectors))('the figures above are those of the vectors', () => {
    const { simulator_reference: published } = JSON.parse(readFileSync(vectors, 'utf8'));
    for (const { key, reference } of runs) {
      const { metrics, info } = published.runs[key];
      expect(reference.metrics).toEqual({ ...metrics, itlMax: info.itlMax });
      expect(reference.counts).toEqual({
        requests: info.M,
        promptTokens: info.inTok,
        outputTokens: info.outTok,
        gaps: info.nItl,
        prefills: info.iters.prefill,
        decodes: info.iters.decode,
        preemptions: info.iters.retract + info.iters.preempt,
        peakRunning: info.peakRun,
        peakKvTokens: info.peakKv,
      });
    }
  });
});

describe('the replicas that no published run was made on', () => {
  it('two halves of the GPUs do two halves of the work about as fast as the whole', () => {
    const half = replay(presetOf('sglang-0.2.14-4xh100-tp4'), referenceLengths().slice(0, 500));

    expect(half.metrics['duration']).toBeGreaterThan(0.9 * (sglang.metrics['duration'] ?? NaN));
    expect(half.metrics['duration']).toBeLessThan(1.1 * (sglang.metrics['duration'] ?? NaN));
    expect(half.counts['peakKvTokens']).toBeLessThanOrEqual(596_924);
  });

  it.each(['vllm-current-8xh100-tp8', 'sglang-current-8xh100-tp8'])(
    '%s serves the published workload faster than its forefathers did',
    (name) => {
      const { metrics, counts } = replay(presetOf(name));

      expect(metrics['duration']).toBeLessThan(sglang.metrics['duration'] ?? 0);
      expect(counts['outputTokens']).toBe(sglang.counts['outputTokens']);
    },
  );
});

describe('the options', () => {
  it('another seed merges other tokens', () => {
    const preset = aPreset({ chunkLossRate: 0.5 });
    const chunks = (seed?: number): readonly number[] => {
      const clock = new VirtualClock();
      const told = new Told();
      const engine = createSimulatedEngine(preset, clock, seed === undefined ? {} : { seed });
      engine.submit(aSimulatedRequest({ outputTokens: 40 }), told);
      clock.run();
      return told.counts;
    };

    expect(chunks()).toEqual(chunks());
    expect(chunks(7)).toEqual(chunks(7));
    expect(chunks(7)).not.toEqual(chunks());
  });

  it('slowness stretches each step that it is asked about', () => {
    const clock = new VirtualClock();
    const told = new Told();
    const engine = createSimulatedEngine(aPreset(), clock, {
      slowness: (step) => (step.decodeSequences > 0 ? 3 : 1),
    });

    engine.submit(aSimulatedRequest({ promptTokens: 10, outputTokens: 3 }), told);
    clock.run();

    expect(told.timesMs).toEqual([20, 80, 140]);
  });
});

function presetOf(name: string): Preset {
  const preset = findPreset(name);
  assert(preset !== undefined);
  return preset;
}

/**
 * Sends the workload at time 0 and reckons up the client's view, as the reference benchmark does.
 */
function replay(preset: Preset, workload = referenceLengths()): Reference {
  const lengths = workload.filter(
    // vLLM refuses to make no token; its server answers before the engine is asked.
    ({ outputTokens }) => preset.engine === 'sglang' || outputTokens > 0,
  );
  const counts = { prefills: 0, decodes: 0, peakRunning: 0, peakKvTokens: 0 };
  const clock = new VirtualClock();
  const engine = createSimulatedEngine(preset, clock, {
    slowness(step) {
      if (step.decodeSequences > 0) counts.decodes += 1;
      else counts.prefills += 1;
      return 1;
    },
  });
  const requests = lengths.map((length) => {
    const told = new Told();
    engine.submit({ ...length, blockHashes: [] }, told);
    return { ...length, told };
  });
  let sampledMs = -1;
  const sample = (): void => {
    if (clock.nowMs() === sampledMs) return;
    sampledMs = clock.nowMs();
    const load = engine.load();
    counts.peakRunning = Math.max(counts.peakRunning, load.runningRequests);
    counts.peakKvTokens = Math.max(counts.peakKvTokens, load.usedTokens);
  };
  // The reference looks between two steps, when those that ended are gone and the next has taken
  // nothing yet.
  for (const { told } of requests) {
    const { tokens } = told;
    told.tokens = (count, atMs) => {
      sample();
      tokens.call(told, count, atMs);
    };
  }
  clock.run();
  return { metrics: reckon(requests), counts: tally(requests, counts, engine.load().preemptions) };
}

interface Replayed {
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly told: Told;
}

function reckon(requests: readonly Replayed[]): Readonly<Record<string, number>> {
  const ends = requests.map(({ told }) => told.finishedMs ?? NaN);
  const firsts = requests.map(({ told }) => told.timesMs[0] ?? NaN);
  const perToken = requests.flatMap(({ outputTokens }, index) =>
    outputTokens > 1 ? [((ends[index] ?? NaN) - (firsts[index] ?? NaN)) / (outputTokens - 1)] : [],
  );
  const gaps = requests.flatMap(({ told }) => gapsOf(told.timesMs));
  const durationMs = percentile(ends, 1);
  return {
    duration: durationMs / 1000,
    reqps: (1000 * requests.length) / durationMs,
    inps: (1000 * sum(requests.map(({ promptTokens }) => promptTokens))) / durationMs,
    outps: (1000 * sum(requests.map(({ outputTokens }) => outputTokens))) / durationMs,
    e2e_mean: sum(ends) / ends.length,
    e2e_med: percentile(ends, 0.5),
    ttft_mean: sum(firsts) / firsts.length,
    ttft_med: percentile(firsts, 0.5),
    ttft_p99: percentile(firsts, 0.99),
    tpot_mean: sum(perToken) / perToken.length,
    tpot_med: percentile(perToken, 0.5),
    tpot_p99: percentile(perToken, 0.99),
    itl_mean: sum(gaps) / gaps.length,
    itl_med: percentile(gaps, 0.5),
    itl_p99: percentile(gaps, 0.99),
    itlMax: percentile(gaps, 1),
  };
}

function tally(
  requests: readonly Replayed[],
  counts: Readonly<Record<'prefills' | 'decodes' | 'peakRunning' | 'peakKvTokens', number>>,
  preemptions: number,
): Readonly<Record<string, number>> {
  return {
    requests: requests.length,
    promptTokens: sum(requests.map(({ promptTokens }) => promptTokens)),
    outputTokens: sum(requests.map(({ outputTokens }) => outputTokens)),
    gaps: sum(requests.map(({ told }) => told.timesMs.length - 1)),
    ...counts,
    preemptions,
  };
}

function gapsOf(timesMs: readonly number[]): number[] {
  return timesMs.slice(1).map((timeMs, index) => timeMs - (timesMs[index] ?? NaN));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Linear between the two nearest values in order; `share` runs from 0 to 1. */
function percentile(values: readonly number[], share: number): number {
  const ordered = Float64Array.from(values).sort();
  const position = share * (ordered.length - 1);
  const below = ordered[Math.floor(position)] ?? NaN;
  const above = ordered[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}
