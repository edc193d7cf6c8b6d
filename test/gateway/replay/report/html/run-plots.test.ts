import { describe, expect, it } from 'vitest';
import { baselines } from '../../../../../gateway/replay/baselines.ts';
import { runPlots } from '../../../../../gateway/replay/report/html/run-plots.ts';
import { aRun } from '../../builders.ts';

describe('the plots of a run', () => {
  const { latencies, timelines } = runPlots(aRun(), baselines);

  it('are its latencies beside the other runs, and the run over time', () => {
    expect(latencies.map(({ keys }) => keys.length)).toEqual([3, 3, 3, 3]);
    expect(timelines.map(({ name }) => name)).toEqual(['requests', 'tokens', 'token-gaps']);
  });

  it('have names that no two share, as files in one folder must', () => {
    const names = [...latencies, ...timelines].map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
  });
});
