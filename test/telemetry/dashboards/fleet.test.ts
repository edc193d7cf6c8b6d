import { describe, expect, it } from 'vitest';
import { fleet } from '../../../telemetry/dashboards/fleet.ts';
import { metrics } from '../../../telemetry/semconv.ts';
import { exprsOf, metricsOf, panelOf, panelsOf } from '../../support/dashboards.ts';

describe('the dashboard of the fleet', () => {
  it('opens with who is slowest, who is fullest and how many are gone', () => {
    const [slow, full, gone] = panelsOf(fleet);

    expect(slow).toMatchObject({ kind: 'stat', query: { legend: '{{replica}}' } });
    expect(full).toMatchObject({ kind: 'stat', query: { legend: '{{replica}}' } });
    expect(gone).toMatchObject({ kind: 'stat', title: 'How many are not ready?' });
  });

  it('has a line for each replica with its state and its NUMA node, the slowest first', () => {
    expect(panelOf(fleet, 'Each replica, the slowest first')).toMatchObject({
      kind: 'table',
      labels: { replica: 'Replica', state: 'State', numa_node: 'Node' },
      sortBy: 'Slower than best',
    });
    expect(exprsOf(fleet, 'Each replica, the slowest first')[1]).toBe(
      exprsOf(fleet, 'Who is slowest?')[0]?.replace(/^topk\(1, (.*)\)$/u, '$1'),
    );
  });

  it('measures a replica that gets nothing by its decode step', () => {
    const [expr = ''] = exprsOf(fleet, 'Who is slowest?');

    expect(metricsOf(fleet, 'Who is slowest?')).toEqual([
      metrics.interTokenLatency.name,
      metrics.replicaDecodeStep.name,
    ]);
    // A quantile of no gaps is no number, and no number is at least 0.
    expect(expr).toContain(' >= 0) or ');
  });

  it('calls a replica slow from where the live page does', () => {
    expect(panelOf(fleet, 'Who is slowest?')).toMatchObject({ limits: { bad: 1.5 } });
  });

  it('knows each state of a replica', () => {
    const [expr = ''] = exprsOf(fleet, 'Who was ready, and who was not?');
    const states = [...expr.matchAll(/state=~?"([^"]+)"/gu)].flatMap(
      ([, list]) => list?.split('|') ?? [],
    );

    expect(states.toSorted()).toEqual(
      ['starting', 'ready', 'draining', 'ejected', 'suspended', 'half-open', 'probing'].toSorted(),
    );
  });

  it('counts as failed the attempts that bear an error', () => {
    expect(exprsOf(fleet, 'Whose attempts fail, and how?')).toEqual([
      expect.stringContaining('error_type!=""'),
    ]);
  });

  it('says how old the news is', () => {
    expect(metricsOf(fleet, 'Who does not answer the poll?')).toEqual([
      metrics.replicaLoadAge.name,
    ]);
  });
});
