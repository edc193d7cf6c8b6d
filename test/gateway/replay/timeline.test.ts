import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientTimeline, tokenRate } from '../../../gateway/replay/timeline.ts';
import { aFailure, aResult } from './builders.ts';

describe('the timeline', () => {
  it('counts a request as queued until its first token, then as running on its replica', () => {
    const results = [
      aResult({ replica: 'replica-0', timeToFirstTokenMs: 2, endToEndMs: 5 }),
      aResult({ replica: 'replica-1', startMs: 1, timeToFirstTokenMs: 2, endToEndMs: 3 }),
    ];
    const { timesMs, queued, running } = clientTimeline(results, 6);

    expect([...timesMs]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect([...queued.values]).toEqual([1, 2, 1, 0, 0, 0, 0]);
    expect(running.map(({ name, values }) => [name, [...values]])).toEqual([
      ['replica-0', [0, 0, 1, 1, 1, 0, 0]],
      ['replica-1', [0, 0, 0, 1, 0, 0, 0]],
    ]);
  });

  it('knows nothing of failures', () => {
    const { queued, running } = clientTimeline([aFailure()], 10);

    expect(Math.max(...queued.values)).toBe(0);
    expect(running).toEqual([]);
  });

  it('has one unnamed line where no answer names its replica', () => {
    expect(clientTimeline([aResult()], 250).running.map(({ name }) => name)).toEqual(['']);
  });

  it('has a bounded number of points however long the run', () => {
    for (const durationMs of [0, 1, 399, 400, 1e9]) {
      const { timesMs, queued } = clientTimeline([aResult()], durationMs);
      expect(timesMs.length).toBeGreaterThanOrEqual(1);
      expect(timesMs.length).toBeLessThanOrEqual(400);
      expect(queued.values).toHaveLength(timesMs.length);
    }
  });

  it('never counts more requests than there are', () => {
    const spans = fc.record({
      startMs: fc.nat(1000),
      timeToFirstTokenMs: fc.nat(1000),
      rest: fc.nat(1000),
    });
    fc.assert(
      fc.property(fc.array(spans, { minLength: 1, maxLength: 20 }), (list) => {
        const results = list.map(({ rest, ...span }) =>
          aResult({ ...span, endToEndMs: span.timeToFirstTokenMs + rest }),
        );
        const { queued, running } = clientTimeline(results, 3000);
        for (const [point, count] of queued.values.entries()) {
          const runs = running.reduce((total, { values }) => total + (values[point] ?? 0), 0);
          expect(count + runs).toBeLessThanOrEqual(list.length);
        }
      }),
    );
  });
});

describe('the rate of tokens', () => {
  it('counts each chunk in its second, by replica and together', () => {
    const fast = aResult({ replica: 'b', interTokenMs: Float64Array.of(50, 50, 50) });
    const late = aResult({ replica: 'a', startMs: 1500, interTokenMs: Float64Array.of(600) });
    const { timesMs, total, byReplica } = tokenRate([fast, late], 3000);

    expect([...timesMs]).toEqual([500, 1500, 2500]);
    expect(byReplica.map(({ name, values }) => [name, [...values]])).toEqual([
      ['a', [0, 1, 1]],
      ['b', [4, 0, 0]],
    ]);
    expect([...total]).toEqual([4, 1, 1]);
  });

  it('counts what comes with the very end', () => {
    const last = aResult({ timeToFirstTokenMs: 1000, interTokenMs: new Float64Array() });

    expect([...tokenRate([last], 1000).total]).toEqual([1]);
  });

  it('knows nothing of failures, and is empty of a run of no time', () => {
    expect([...tokenRate([aFailure()], 1000).total]).toEqual([0]);
    expect(tokenRate([], 0)).toMatchObject({ byReplica: [] });
  });

  it('has a bounded number of points however long the run, and the same rate', () => {
    const even = aResult({ interTokenMs: new Float64Array(10_000).fill(100) });

    const { total, timesMs } = tokenRate([even], 1_000_100);

    expect(timesMs.length).toBeLessThanOrEqual(400);
    expect(total[100]).toBeCloseTo(10);
  });
});
