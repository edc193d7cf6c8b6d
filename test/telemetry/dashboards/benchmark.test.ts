import { describe, expect, it } from 'vitest';
import { benchmark } from '../../../telemetry/dashboards/benchmark.ts';
import { exprsOf, panelOf, panelsOf } from '../../support/dashboards.ts';

const BOTH = 'Both runs, over the whole time that is shown';

describe('the dashboard of benchmarks', () => {
  it('lists both runs with the same figures', () => {
    const [listing = '', ...figures] = exprsOf(benchmark, BOTH);

    expect(panelOf(benchmark, BOTH)).toMatchObject({ labels: { run: 'Run' } });
    for (const expr of [listing, ...figures]) {
      expect(expr).toMatch(/"run", "this run".* or label_replace\(.*"run", "the run before"/u);
    }
    expect(figures.every((expr) => expr.includes('[$__range] offset $before'))).toBe(true);
  });

  it('lays the same line of both runs over each other', () => {
    const overlaid = panelsOf(benchmark).flatMap((panel) =>
      panel.kind === 'timeseries' && panel.queries.length === 2 ? [panel.queries] : [],
    );

    expect(overlaid.length).toBeGreaterThan(0);
    for (const [here, before] of overlaid) {
      expect(before?.expr.replaceAll(' offset $before', '')).toBe(here?.expr);
      expect(before?.expr).not.toBe(here?.expr);
    }
  });

  it('tells two gateways apart that run at one time', () => {
    expect(exprsOf(benchmark, 'Which gateway answers sooner?')[0]).toContain(
      'by (le, job, instance)',
    );
  });

  it('asks how much earlier the other run began', () => {
    expect(benchmark.variables).toEqual(['before']);
  });
});
