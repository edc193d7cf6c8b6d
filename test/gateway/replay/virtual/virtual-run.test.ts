import { describe, expect, it } from 'vitest';
import { findPreset } from '../../../../deploy/simulator/presets.ts';
import type { Preset } from '../../../../deploy/simulator/presets.ts';
import { measure } from '../../../../gateway/replay/measures.ts';
import type { Measures } from '../../../../gateway/replay/measures.ts';
import { runVirtually } from '../../../../gateway/replay/virtual/virtual-run.ts';
import type { VirtualRunOptions } from '../../../../gateway/replay/virtual/virtual-run.ts';
import {
  publishedRandomOptions,
  randomWorkload,
} from '../../../../gateway/replay/workloads/random.ts';
import { traceWorkload } from '../../../../gateway/replay/workloads/trace.ts';
import { referenceVectors } from '../reference-vectors.ts';

const preset = (name: string): Preset => {
  const found = findPreset(name);
  if (found === undefined) throw new RangeError(name);
  return found;
};

const published = randomWorkload(publishedRandomOptions);
const aFew = randomWorkload({ ...publishedRandomOptions, requests: 20 });

const options = (fields: Partial<VirtualRunOptions> = {}): VirtualRunOptions => ({
  presets: [preset('sglang-0.2.14-8xh100-tp8')],
  admission: 'pass-through',
  policy: 'kv-aware',
  seed: 1,
  workload: published,
  rules: '0.2.14',
  maxConcurrency: undefined,
  ...fields,
});

/** Our figures under the names of the reference model. */
function referenceNames(measures: Measures): Readonly<Record<string, number>> {
  const { endToEndMs, timeToFirstTokenMs, timePerOutputTokenMs, interTokenMs } = measures;
  return {
    duration: measures.durationSeconds,
    reqps: measures.requestThroughput,
    inps: measures.inputThroughput,
    outps: measures.outputThroughput,
    e2e_mean: endToEndMs.mean,
    e2e_med: endToEndMs.median,
    ttft_mean: timeToFirstTokenMs.mean,
    ttft_med: timeToFirstTokenMs.median,
    ttft_p99: timeToFirstTokenMs.p99,
    tpot_mean: timePerOutputTokenMs.mean,
    tpot_med: timePerOutputTokenMs.median,
    tpot_p99: timePerOutputTokenMs.p99,
    itl_mean: interTokenMs.mean,
    itl_med: interTokenMs.median,
    itl_p99: interTokenMs.p99,
  };
}

/** What an independent model of the same rules gives for the published workload. */
const reference = {
  'sglang-0.2.14-8xh100-tp8': {
    duration: 316.43575473162014,
    outps: 3245.7204492301635,
    e2e_mean: 210021.48074990016,
    ttft_mean: 81740.34283222008,
    ttft_p99: 233459.30530587022,
    tpot_mean: 178.25645814661664,
    itl_mean: 128.8854895482229,
    itl_p99: 427.2988141592921,
  },
  'vllm-0.5.5-8xh100-tp8': {
    duration: 429.846575382675,
    outps: 2389.368809291195,
    e2e_mean: 247577.10456584938,
    ttft_mean: 151489.90803268712,
    ttft_p99: 343738.4514884575,
    tpot_mean: 103.6727685641324,
    itl_mean: 93.71729400807327,
    itl_p99: 199.22625708502025,
  },
};

describe.each(Object.entries(reference))('the published run on %s', (name, figures) => {
  const { results, durationMs, samples } = runVirtually(options({ presets: [preset(name)] }));
  const measures = measure(results, durationMs);

  it.each(Object.entries(figures))('is within 0.1 %% of the reference model: %s', (key, value) => {
    const ours = referenceNames(measures)[key] ?? 0;

    expect(Math.abs(ours - value) / value).toBeLessThan(0.001);
  });

  it.skipIf(referenceVectors === undefined)('is so on every figure that the model tells', () => {
    const run = referenceVectors?.simulator_reference.runs[vectorNames[name] ?? ''];
    const ours = referenceNames(measures);

    for (const [key, value] of Object.entries(run?.metrics ?? {})) {
      expect(Math.abs((ours[key] ?? 0) - value) / value, key).toBeLessThan(0.001);
    }
    expect(Object.keys(run?.metrics ?? {})).toHaveLength(15);
  });

  it('is sampled once a second, its KV cache never more than full', () => {
    expect(samples.length).toBeGreaterThan(measures.durationSeconds);
    expect(samples.length).toBeLessThan(measures.durationSeconds + 3);
    for (const { kvCacheUsage } of samples) expect(kvCacheUsage).toBeLessThanOrEqual(1);
    expect(samples.at(-1)).toMatchObject({ runningRequests: 0, waitingRequests: 0 });
  });
});

const vectorNames: Readonly<Record<string, string>> = {
  'sglang-0.2.14-8xh100-tp8': 'sglang_0_2_14',
  'vllm-0.5.5-8xh100-tp8': 'vllm_0_5_5',
};

describe('the three requests for no token', () => {
  const failures = (name: string): (string | number)[][] =>
    runVirtually(options({ presets: [preset(name)] }))
      .results.filter(({ succeeded }) => !succeeded)
      .map(({ index, error }) => [index, error]);

  it('are refused by vLLM', () => {
    expect(failures('vllm-0.5.5-8xh100-tp8')).toEqual([
      [572, 'Bad Request'],
      [626, 'Bad Request'],
      [729, 'Bad Request'],
    ]);
  });

  it('are run by SGLang, with one token more than was asked', () => {
    expect(failures('sglang-0.2.14-8xh100-tp8')).toEqual([]);
  });
});

describe('two replicas of four GPUs', () => {
  const presets = [preset('sglang-0.2.14-4xh100-tp4'), preset('sglang-0.2.14-4xh100-tp4')];

  it.each(['late-binding', 'pass-through'] as const)(
    'both take between 48 and 52 %% of the tokens, %s',
    (admission) => {
      const { results } = runVirtually(options({ presets, admission }));

      const tokens = (replica?: string): number =>
        results
          .filter((result) => replica === undefined || result.replica === replica)
          .reduce((total, result) => total + result.promptTokens + result.outputTokens, 0);
      for (const id of ['replica-0', 'replica-1']) {
        expect(tokens(id) / tokens()).toBeGreaterThan(0.48);
        expect(tokens(id) / tokens()).toBeLessThan(0.52);
      }
    },
  );

  it('are done sooner when the gateway holds requests back until there is room', () => {
    const late = runVirtually(options({ presets, admission: 'late-binding' }));
    const through = runVirtually(options({ presets, admission: 'pass-through' }));

    expect(late.durationMs).toBeLessThan(through.durationMs);
  });
});

describe('a virtual run', () => {
  it('gives one result a request, in the order of the workload', () => {
    const { results } = runVirtually(options({ workload: aFew }));

    expect(results.map(({ index }) => index)).toEqual(aFew.requests.map(({ index }) => index));
  });

  it('gives the same figures again', () => {
    const fleet = {
      presets: [preset('sglang-0.2.14-4xh100-tp4'), preset('sglang-0.2.14-4xh100-tp4')],
    };

    expect(runVirtually(options({ ...fleet, workload: aFew }))).toEqual(
      runVirtually(options({ ...fleet, workload: aFew })),
    );
  });

  it('sends each request at its time', () => {
    const workload = randomWorkload({ ...publishedRandomOptions, requests: 20, requestRate: 2 });
    const { results } = runVirtually(options({ workload }));

    expect(results.map(({ startMs }) => startMs)).toEqual(
      workload.requests.map(({ arrivalMs }) => arrivalMs),
    );
  });

  it('starts the clock of a request after its wait for a free place', () => {
    const { results } = runVirtually(options({ workload: aFew, maxConcurrency: 1 }));

    for (const [index, { startMs }] of results.entries()) {
      const before = results[index - 1];
      expect(startMs).toBe(before === undefined ? 0 : before.startMs + before.endToEndMs);
    }
  });

  it('refuses what does not fit the context, and goes on', () => {
    const rows = [9000, 100].map((tokens) => ({
      arrival: 0,
      input_tokens: tokens,
      output_tokens: 5,
    }));
    const workload = traceWorkload(rows.map((row) => JSON.stringify(row)).join('\n'));
    const { results } = runVirtually(options({ workload }));

    expect(results.map(({ succeeded }) => succeeded)).toEqual([false, true]);
  });

  it('finds shared prefixes in a cache that has one', () => {
    const row = (prefix: string, arrival: number): string =>
      JSON.stringify({
        arrival,
        input_tokens: 4000,
        output_tokens: 2,
        prefix,
        prefix_tokens: 3990,
      });
    const times = (second: string): number | undefined =>
      runVirtually(
        options({
          presets: [preset('vllm-current-8xh100-tp8')],
          workload: traceWorkload([row('a', 0), row(second, 60)].join('\n')),
        }),
      ).results[1]?.timeToFirstTokenMs;

    expect(times('a')).toBeLessThan((times('b') ?? 0) / 2);
  });

  it('counts under the current rules what the engine made', () => {
    const asked = aFew.requests.map((request) => ({ ...request, outputTokens: 0 }));
    const run = { workload: { ...aFew, requests: asked } };

    const tokens = (rules: VirtualRunOptions['rules']): number[] =>
      runVirtually(options({ ...run, rules })).results.map(({ outputTokens }) => outputTokens);
    expect(new Set(tokens('0.2.14'))).toEqual(new Set([0]));
    expect(new Set(tokens('current'))).toEqual(new Set([1]));
  });

  it('of nothing takes no time', () => {
    expect(runVirtually(options({ workload: { ...aFew, requests: [] } }))).toMatchObject({
      results: [],
      durationMs: 0,
    });
  });
});
