import { describe, expect, it } from 'vitest';
import { findPreset } from '../../../../deploy/simulator/presets.ts';
import { goodput, runLab, spread } from '../../../../gateway/replay/lab/lab-run.ts';
import type { LabOptions } from '../../../../gateway/replay/lab/lab-run.ts';
import {
  publishedRandomOptions,
  randomWorkload,
} from '../../../../gateway/replay/workloads/random.ts';
import { aLabResult, aSample } from '../../../support/lab.ts';

const preset = findPreset('sglang-0.2.14-4xh100-tp4');

function aLab(facts: Partial<LabOptions> = {}): LabOptions {
  if (preset === undefined) throw new Error('the preset is gone');
  return {
    policies: ['kv-aware', 'round-robin'],
    serviceLevel: { timeToFirstTokenMs: 2000, tokenGapMs: 100 },
    presets: [preset, preset],
    admission: 'late-binding',
    seed: 1,
    workload: randomWorkload({ ...publishedRandomOptions, requests: 40, requestRate: 5 }),
    rules: '0.2.14',
    maxConcurrency: undefined,
    ...facts,
  };
}

describe('a lab', () => {
  it('runs the same requests under each policy, and tells which is next', () => {
    const told: string[] = [];
    const entries = runLab(aLab(), (policy) => told.push(policy));

    expect(told).toEqual(['kv-aware', 'round-robin']);
    expect(entries.map(({ policy }) => policy)).toEqual(told);
    const asked = entries.map(({ results }) => results.map(({ promptTokens }) => promptTokens));
    expect(asked[0]).toHaveLength(40);
    expect(asked[1]).toEqual(asked[0]);
    for (const { measures, goodput: good, spread: even } of entries) {
      expect(measures.completedRequests).toBe(40);
      expect(good).toBeGreaterThan(0);
      expect(even).toBeGreaterThanOrEqual(1);
    }
  });

  it('comes to the same with the same seed', () => {
    const once = runLab(aLab(), () => undefined);

    expect(runLab(aLab(), () => undefined)).toEqual(once);
  });

  it('tells what engines had to compute again where their memory is too small', () => {
    if (preset === undefined) throw new Error('the preset is gone');
    const small = { ...preset, kvCapacityTokens: 15_000 };
    const recomputed = (admission: LabOptions['admission']): number | undefined =>
      runLab(aLab({ presets: [small, small], admission }), () => undefined)[0]?.recomputedTokens;

    expect(recomputed('late-binding')).toBe(0);
    expect(recomputed('pass-through')).toBeGreaterThan(0);
  });
});

describe('goodput', () => {
  const level = { timeToFirstTokenMs: 100, tokenGapMs: 10 };

  it('counts the tokens of answers at the service level, by the second', () => {
    expect(goodput([aLabResult(), aLabResult()], 2000, level)).toBe(11);
  });

  it('counts nothing of an answer that is a millisecond over, or failed', () => {
    const late = aLabResult({ timeToFirstTokenMs: 101 });
    const slow = aLabResult({ endToEndMs: 201 });
    const failed = aLabResult({ succeeded: false });

    expect(goodput([late, slow, failed], 1000, level)).toBe(0);
  });

  it('asks no gap of an answer of one token', () => {
    const short = aLabResult({ outputTokens: 1, endToEndMs: 5000 });

    expect(goodput([short], 1000, level)).toBe(1);
  });

  it('is nothing in no time', () => {
    expect(goodput([aLabResult()], 0, level)).toBe(0);
  });
});

describe('spread', () => {
  const moment = (atMs: number, ...counts: readonly number[]) =>
    counts.map((runningRequests, index) =>
      aSample({ atMs, replica: `replica-${index}`, runningRequests }),
    );

  it('is the largest over the mean when most requests are there', () => {
    expect(spread([...moment(0, 9, 1), ...moment(1000, 20, 40), ...moment(2000, 1, 0)])).toBe(
      40 / 30,
    );
  });

  it('counts those that wait in an engine', () => {
    expect(spread([aSample({ waitingRequests: 3 }), aSample({ runningRequests: 1 })])).toBe(1.5);
  });

  it('is even where nobody ever came', () => {
    expect(spread([])).toBe(1);
    expect(spread(moment(0, 0, 0))).toBe(1);
  });
});
