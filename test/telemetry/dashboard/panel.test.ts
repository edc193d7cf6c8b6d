import { describe, expect, it } from 'vitest';
import { lines, percentiles, stat } from '../../../telemetry/dashboard/panel.ts';
import { quantile } from '../../../telemetry/dashboard/queries.ts';
import { metrics } from '../../../telemetry/semconv.ts';

describe('a panel', () => {
  it('of one figure is one query under its own name', () => {
    expect(stat('Open', 'short', 'x', 'What is open.')).toEqual({
      title: 'Open',
      description: 'What is open.',
      kind: 'stat',
      unit: 'short',
      queries: [{ expr: 'x', legend: 'Open' }],
    });
  });

  it('of lines keeps its queries in order', () => {
    const queries = [
      { expr: 'x', legend: 'in' },
      { expr: 'y', legend: 'out' },
    ];

    expect(lines('Tokens', 'short', queries, 'Both ways.')).toMatchObject({
      kind: 'timeseries',
      queries,
    });
  });

  it('of percentiles shows the middle and both tails that are promised on', () => {
    const panel = percentiles('Wait', metrics.queueWait, 'Waits.');

    expect(panel.unit).toBe('s');
    expect(panel.queries).toEqual([
      { expr: quantile(0.5, metrics.queueWait), legend: 'p50' },
      { expr: quantile(0.95, metrics.queueWait), legend: 'p95' },
      { expr: quantile(0.99, metrics.queueWait), legend: 'p99' },
    ]);
  });
});
