import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { MetricNames } from '../../../gateway/engines/metric-names.ts';
import { MetricsPage, readMetricsLoad } from '../../../gateway/engines/metrics-page.ts';

const names: MetricNames = {
  runningRequests: ['running'],
  waitingRequests: ['waiting'],
  swappedRequests: ['swapped'],
  kvCacheUsage: ['usage', 'old_usage'],
  prefixCacheHitRate: ['hit_rate'],
  prefixCacheQueries: ['queries'],
  prefixCacheHits: ['hits'],
  outputTokensPerSecond: ['throughput'],
  startedAt: ['started'],
  workDone: ['work'],
  rankLabel: 'rank',
};

function loadOn(lines: readonly string[]) {
  return readMetricsLoad(lines.join('\n'), names, { askedMs: 1234 });
}

describe('a value on a metrics page', () => {
  const page = new MetricsPage(
    [
      'queued{rank="0",tp="0"} 3',
      'queued{rank="0",tp="1"} 3',
      'queued{rank="1",tp="0"} 5',
      'share{rank="0",tp="0"} 0.2',
      'share{rank="0",tp="1"} 0.2',
      'share{rank="1",tp="0"} 0.6',
    ].join('\n'),
    'rank',
  );

  it('adds up over ranks, and once for series that repeat each other', () => {
    expect(page.sum(['queued'])).toBe(8);
  });

  it('that is a share is the mean of the ranks', () => {
    expect(page.mean(['share'])).toBeCloseTo(0.4, 12);
  });

  it('is the total where parts stand beside it', () => {
    const parts = 'queued{priority="1"} 2\nqueued{priority="2"} 4\nqueued{priority=""} 6';
    expect(new MetricsPage(parts, 'rank').sum(['queued'])).toBe(6);
  });

  it('comes from the first name that has samples', () => {
    expect(new MetricsPage('# TYPE a gauge\nb 2\nc 3', undefined).sum(['a', 'b', 'c'])).toBe(2);
    expect(page.sum([])).toBeUndefined();
    expect(page.sum(undefined)).toBeUndefined();
  });

  it('is not told by NaN, nor by the -1 of what is off', () => {
    const off = new MetricsPage('a NaN\nb -1.0\nc +Inf\nd 0', undefined);
    expect(off.sum(['a'])).toBeUndefined();
    expect(off.mean(['b'])).toBeUndefined();
    expect(off.sum(['c'])).toBeUndefined();
    expect(off.sum(['a', 'b', 'd'])).toBe(0);
  });

  it('is the same in whatever order the series come', () => {
    const series = fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(100)), { minLength: 1 });
    fc.assert(
      fc.property(series, fc.func(fc.nat()), (values, orderOf) => {
        const lines = values.map(([rank, tp, value]) => `a{rank="${rank}",tp="${tp}"} ${value}`);
        const mixed = lines.toSorted((one, other) => orderOf(one) - orderOf(other));
        const sumOf = (text: readonly string[]) =>
          new MetricsPage(text.join('\n'), 'rank').sum(['a']);
        expect(sumOf(mixed)).toBe(sumOf(lines));
      }),
    );
  });
});

describe('a load on a metrics page', () => {
  it('is what runs and waits, dated to when it was asked for', () => {
    expect(loadOn(['running 4', 'waiting 2', 'usage 0.5'])).toEqual({
      load: { takenAtMs: 1234, runningRequests: 4, waitingRequests: 2, kvCacheUsage: 0.5 },
      startedAt: undefined,
      workDone: undefined,
    });
  });

  it('is not there where either is not told: no data is not zero', () => {
    expect(loadOn(['waiting 2', 'usage 0.5'])).toBeUndefined();
    expect(loadOn(['running 2', 'usage 0.5'])).toBeUndefined();
    expect(loadOn(['# TYPE running gauge', '# TYPE waiting gauge'])).toBeUndefined();
    expect(loadOn(['running NaN', 'waiting 2'])).toBeUndefined();
  });

  it('counts swapped requests among those that wait', () => {
    expect(loadOn(['running 1', 'waiting 2', 'swapped 3'])?.load.waitingRequests).toBe(5);
  });

  it('reads the KV usage under its old name, and never as more than the whole', () => {
    expect(loadOn(['running 1', 'waiting 2', 'old_usage 0.3'])?.load.kvCacheUsage).toBe(0.3);
    expect(loadOn(['running 1', 'waiting 2', 'usage 1.02'])?.load.kvCacheUsage).toBe(1);
  });

  it('has a hit rate by hits and queries, else as told, else none', () => {
    const rateOf = (...more: string[]) =>
      loadOn(['running 1', 'waiting 2', ...more])?.load.prefixCacheHitRate;
    expect(rateOf('queries 8', 'hits 2', 'hit_rate 0.9')).toBe(0.25);
    expect(rateOf('queries 0', 'hits 0')).toBeUndefined();
    expect(rateOf('hit_rate 0.9')).toBe(0.9);
    expect(rateOf('hit_rate -1')).toBeUndefined();
  });

  it('carries by what a restart shows', () => {
    const reading = loadOn(['running 1', 'waiting 2', 'started 1.78750242238e+09', 'work 77']);
    expect(reading).toMatchObject({ startedAt: 1_787_502_422.38, workDone: 77 });
  });
});
