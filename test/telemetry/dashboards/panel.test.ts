import { describe, expect, it } from 'vitest';
import {
  heatmap,
  lines,
  logs,
  percentiles,
  queriesOf,
  stat,
  states,
  table,
  traces,
} from '../../../telemetry/dashboards/panel.ts';
import { buckets, quantile } from '../../../telemetry/dashboards/queries.ts';
import { metrics } from '../../../telemetry/semconv.ts';

const head = { title: 'Open?', description: 'What is open.' };
const query = { expr: 'x', legend: 'in' };

describe('a panel', () => {
  it('of one figure has the size of six in a line, unless it is given', () => {
    const panel = { ...head, unit: 'short', query };

    expect(stat(panel)).toEqual({ ...panel, kind: 'stat', width: 4, height: 4 });
    expect(stat({ ...panel, width: 6 }).width).toBe(6);
  });

  it('of lines keeps its queries in order', () => {
    const queries = [query, { expr: 'y', legend: 'out' }];

    expect(queriesOf(lines({ ...head, unit: 'short', queries }))).toEqual(queries);
  });

  it('of percentiles shows the middle and both tails that are promised on', () => {
    const panel = percentiles(metrics.queueWait, head);

    expect(panel.unit).toBe('s');
    expect(panel.queries).toEqual([
      { expr: quantile(0.5, metrics.queueWait), legend: 'p50' },
      { expr: quantile(0.95, metrics.queueWait), legend: 'p95' },
      { expr: quantile(0.99, metrics.queueWait), legend: 'p99' },
    ]);
  });

  it('of a histogram asks for its buckets', () => {
    expect(queriesOf(heatmap(metrics.queueWait, head))).toEqual([
      { expr: buckets(metrics.queueWait), legend: '{{le}}' },
    ]);
  });

  it('of a table asks first who there is, and then for each column', () => {
    const panel = table({
      ...head,
      labels: { replica: 'Replica' },
      listing: 'who',
      sortBy: 'How much',
      columns: [{ name: 'How much', unit: 's', expr: 'x' }],
    });

    expect(queriesOf(panel)).toEqual([
      { expr: 'who', legend: '' },
      { expr: 'x', legend: 'How much' },
    ]);
    expect(panel.width).toBe(24);
  });

  it('of states asks one query', () => {
    expect(queriesOf(states({ ...head, query, names: { 0: 'out' } }))).toEqual([query]);
  });

  it('of traces and of log lines asks nothing of Prometheus', () => {
    expect(queriesOf(traces({ ...head, traceql: '{}' }))).toEqual([]);
    expect(queriesOf(logs({ ...head, logql: '{a="b"}' }))).toEqual([]);
  });
});
