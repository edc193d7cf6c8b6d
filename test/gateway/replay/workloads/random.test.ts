import { describe, expect, it } from 'vitest';
import { NumpyRandom } from '../../../../gateway/replay/numpy-random.ts';
import type { Workload } from '../../../../gateway/replay/workload.ts';
import {
  drawArrivals,
  publishedRandomOptions,
  randomWorkload,
} from '../../../../gateway/replay/workloads/random.ts';
import { listDigest, referenceVectors } from '../reference-vectors.ts';
import type { WorkloadVector } from '../reference-vectors.ts';

const inputsOf = ({ requests }: Workload): number[] => requests.map((each) => each.promptTokens);
const outputsOf = ({ requests }: Workload): number[] => requests.map((each) => each.outputTokens);
const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, each) => total + each, 0);

function workloadOf(vector: WorkloadVector): Workload {
  return randomWorkload({
    ...publishedRandomOptions,
    rules: vector.rule === 'current' ? 'current' : '0.2.14',
    requests: vector.num_prompts,
    inputTokens: vector.random_input_len,
    outputTokens: vector.random_output_len,
    rangeRatio: vector.random_range_ratio,
    seed: vector.seed,
    specialTokens: 0,
  });
}

describe('the random workload of the published runs', () => {
  const workload = randomWorkload(publishedRandomOptions);

  it('has the published totals', () => {
    expect(sum(inputsOf(workload))).toBe(2_033_482);
    expect(sum(outputsOf(workload))).toBe(1_027_062);
  });

  it('asks for no token in three places, which vLLM refuses', () => {
    const empty = workload.requests.filter(({ outputTokens }) => outputTokens === 0);

    expect(empty.map(({ index }) => index)).toEqual([572, 626, 729]);
    expect(empty.map(({ promptTokens }) => promptTokens)).toEqual([3735, 3928, 990]);
  });

  it('sends everything at once', () => {
    expect(workload.requests.every(({ arrivalMs }) => arrivalMs === 0)).toBe(true);
    expect(workload.requestRate).toBe(Infinity);
  });

  it('repeats the flags for the result file', () => {
    expect(workload.dataset).toBe('random');
    expect(workload.shape).toEqual({
      randomInputTokens: 4096,
      randomOutputTokens: 2048,
      randomRangeRatio: 0,
    });
  });
});

describe('the rule sets', () => {
  const ten = { ...publishedRandomOptions, requests: 10 };

  it('draw the known lists for ten prompts under the rules of 0.2.14', () => {
    const workload = randomWorkload(ten);

    expect(inputsOf(workload)).toEqual([1062, 236, 3981, 1097, 3840, 906, 2764, 3718, 2896, 961]);
    expect(outputsOf(workload)).toEqual([144, 129, 1202, 1300, 1278, 357, 252, 668, 562, 753]);
  });

  it('draw equal inputs and wholly different outputs', () => {
    const old = randomWorkload(publishedRandomOptions);
    const current = randomWorkload({
      ...publishedRandomOptions,
      rules: 'current',
      specialTokens: 0,
    });

    expect(inputsOf(current)).toEqual(inputsOf(old));
    const equal = outputsOf(old).filter((tokens, index) => tokens === outputsOf(current)[index]);
    expect(equal.length).toBeLessThan(10);
    expect(Math.min(...outputsOf(current))).toBeGreaterThanOrEqual(1);
  });

  it('take the special tokens off texts under the current rules only', () => {
    const special = { ...ten, specialTokens: 2 };

    expect(inputsOf(randomWorkload({ ...special, rules: 'current' }))[0]).toBe(1060);
    expect(inputsOf(randomWorkload(special))[0]).toBe(1062);
    expect(
      inputsOf(randomWorkload({ ...special, rules: 'current', dataset: 'random-ids' }))[0],
    ).toBe(1062);
  });

  it('leave every prompt a token', () => {
    const short = { ...ten, rules: 'current', inputTokens: 1, specialTokens: 5 } as const;

    expect(inputsOf(randomWorkload(short))).toEqual(Array.from({ length: 10 }, () => 1));
  });

  it('draw what SGLang 0.5.23 draws for 40 prompts with the seed 4', () => {
    // One of them is drawn as a single token. The sum is what its own benchmark reports.
    const options = { requests: 40, inputTokens: 256, outputTokens: 64, seed: 4, specialTokens: 1 };
    const drawn = randomWorkload({ ...ten, ...options, rules: 'current' });

    expect(sum(inputsOf(drawn))).toBe(5140);
  });

  it('give every prompt the longest length at a ratio of 1', () => {
    const fixed = randomWorkload({ ...ten, rangeRatio: 1 });

    expect(new Set(inputsOf(fixed))).toEqual(new Set([4096]));
    expect(new Set(outputsOf(fixed))).toEqual(new Set([2048]));
  });
});

describe('random-ids', () => {
  it('starts each prompt at its offset plus its place', () => {
    const workload = randomWorkload({
      ...publishedRandomOptions,
      dataset: 'random-ids',
      requests: 10,
    });

    expect(workload.requests.slice(0, 3).map(({ prompt }) => prompt)).toEqual(
      [26103, 44511, 51042].map((first) => ({ kind: 'token-ids', first, vocabularySize: 128_000 })),
    );
  });

  it('wraps a start that its place pushes out of the vocabulary', () => {
    const workload = randomWorkload({
      ...publishedRandomOptions,
      dataset: 'random-ids',
      vocabularySize: 2,
      requests: 50,
    });

    for (const { prompt } of workload.requests) {
      expect(prompt.kind === 'token-ids' && prompt.first < 2).toBe(true);
    }
  });
});

describe('arrivals at a finite rate', () => {
  it('start at 0 and go on by the gaps that the lengths left in the generator', () => {
    const workload = randomWorkload({
      ...publishedRandomOptions,
      requests: 10,
      requestRate: 2,
    });
    const gapsSeconds = [0.15127291958193562, 0.22077322411673025, 1.6131677028403504].map(
      (gap) => gap / 2,
    );

    const [first, second, third, fourth] = workload.requests.map(({ arrivalMs }) => arrivalMs);
    expect(first).toBe(0);
    expect(second).toBeCloseTo(1000 * (gapsSeconds[0] ?? 0), 9);
    expect(third).toBeCloseTo(1000 * ((gapsSeconds[0] ?? 0) + (gapsSeconds[1] ?? 0)), 9);
    expect(fourth).toBeCloseTo(1000 * sum(gapsSeconds), 9);
  });

  it('draw nothing when everything is sent at once', () => {
    const random = new NumpyRandom(1);
    drawArrivals(random, 100, Infinity);

    expect(random.uint32()).toBe(1791095845);
  });
});

describe.skipIf(referenceVectors === undefined)('the reference vectors', () => {
  const vectors = referenceVectors?.cases ?? [];

  it.each(vectors)(
    'hold for $num_prompts x $random_input_len/$random_output_len, ratio $random_range_ratio, seed $seed, rule $rule',
    (vector) => {
      const workload = workloadOf(vector);

      expect(inputsOf(workload).slice(0, 20)).toEqual(vector.first20_input);
      expect(outputsOf(workload).slice(0, 20)).toEqual(vector.first20_output);
      expect(listDigest(inputsOf(workload))).toBe(vector.sha256_input);
      expect(listDigest(outputsOf(workload))).toBe(vector.sha256_output);
      expect(sum(inputsOf(workload))).toBe(vector.sum_input);
      expect(sum(outputsOf(workload))).toBe(vector.sum_output);
    },
  );

  it.each(vectors)(
    'hold for the gaps after $num_prompts prompts of seed $seed, $rule',
    (vector) => {
      const random = advancedPast(vector);

      for (const gap of vector.next5_exponential_scale1_after_lengths) {
        expect(random.exponential(1)).toBeCloseTo(gap, 12);
      }
    },
  );

  it.each(vectors)('hold for the offsets of $num_prompts prompts, seed $seed, $rule', (vector) => {
    const random = advancedPast(vector);
    const offsets = Array.from({ length: vector.num_prompts }, () => random.integer(0, 128_000));

    expect(offsets.slice(0, 10)).toEqual(vector.random_ids_offsets_vocab128000_first10);
    expect(listDigest(offsets)).toBe(vector.sha256_random_ids_offsets_vocab128000);
  });

  /** A generator that has drawn a vector's lengths, by the rules as they are written down. */
  function advancedPast(vector: WorkloadVector): NumpyRandom {
    const random = new NumpyRandom(vector.seed);
    const low = Math.trunc(vector.random_input_len * vector.random_range_ratio);
    const lowOut = Math.trunc(vector.random_output_len * vector.random_range_ratio);
    for (let drawn = 0; drawn < vector.num_prompts; drawn += 1) {
      random.integer(Math.max(low, 1), vector.random_input_len + 1);
    }
    for (let drawn = 0; drawn < vector.num_prompts; drawn += 1) {
      const bound = vector.rule === 'current' ? Math.max(lowOut, 1) : lowOut;
      random.integer(bound, vector.random_output_len + 1);
    }
    return random;
  }
});
