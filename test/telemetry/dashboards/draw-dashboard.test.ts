import { describe, expect, it } from 'vitest';
import { dashboards } from '../../../telemetry/dashboards/catalog.ts';
import type { Dashboard } from '../../../telemetry/dashboards/dashboard.ts';
import { drawDashboard } from '../../../telemetry/dashboards/draw-dashboard.ts';
import { lines, stat } from '../../../telemetry/dashboards/panel.ts';
import { metrics } from '../../../telemetry/semconv.ts';
import { drawnDashboard } from '../../support/drawn-dashboard.ts';

const query = { expr: 'x', legend: 'x' };
const figure = { description: 'One.', unit: 'short', query };

const empty: Dashboard = {
  name: 'one',
  title: 'One',
  description: 'One?',
  variables: [],
  rows: [],
};

function drawn(dashboard: Dashboard) {
  return drawnDashboard.parse(drawDashboard(dashboard));
}

describe('a row', () => {
  it('is full at 24 columns, and goes on in the next line one past them', () => {
    const panels = Array.from({ length: 7 }, (_, index) => stat({ ...figure, title: `${index}` }));
    const places = drawn({ ...empty, rows: [{ title: 'Row', panels }] }).panels;

    expect(places.map(({ gridPos: { x, y } }) => [x, y])).toEqual([
      [0, 0],
      ...[0, 4, 8, 12, 16, 20].map((x) => [x, 1]),
      [0, 5],
    ]);
  });

  it('begins another line where panels of another height begin', () => {
    const panels = [
      stat({ ...figure, title: 'Low' }),
      lines({ ...figure, title: 'High', queries: [query] }),
    ];
    const places = drawn({ ...empty, rows: [{ title: 'Row', panels }] }).panels;

    expect(places.map(({ gridPos: { y } }) => y)).toEqual([0, 1, 5]);
  });
});

describe.each(dashboards)('the dashboard $name, drawn', (dashboard) => {
  const { panels, templating, links, annotations, uid, schemaVersion } = drawn(dashboard);

  it('has for each panel an id of its own', () => {
    const ids = panels.map(({ id }) => id);

    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.min(...ids)).toBe(1);
  });

  it('stands within the grid, and no panel on another', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );

    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x >= 0 && x + w <= 24)).toBe(true);
  });

  it('fills every line of the grid that it begins', () => {
    const widths = Map.groupBy(panels, ({ gridPos: { y } }) => y);

    for (const [, line] of widths) {
      expect(line.reduce((sum, { gridPos: { w } }) => sum + w, 0)).toBe(24);
    }
  });

  it('asks for the model, the NUMA node and the replica, all of them from metrics that there are', () => {
    const names = templating.list.map(({ name }) => name);
    const asked = templating.list.flatMap(({ definition = '' }) => [
      ...definition.matchAll(/^label_values\((\w+)\b.*, (\w+)\)$/gu),
    ]);

    expect(names.slice(0, 5)).toEqual(['datasource', 'job', 'model', 'node', 'replica']);
    expect(names.slice(5)).toEqual(dashboard.variables);
    expect(asked).toHaveLength(4);
    for (const [, metric = '', label = ''] of asked) {
      const definition = Object.values(metrics).find(({ name }) => name === metric);
      expect([...(definition?.labels ?? []), 'job']).toContain(label);
    }
  });

  it('uses only variables that it asks for', () => {
    const known = new Set([
      '__rate_interval',
      '__range',
      ...templating.list.map(({ name }) => name),
    ]);
    const used = [...JSON.stringify(panels).matchAll(/\$\{?(\w+)/gu)].map(([, name = '']) => name);

    expect(used.filter((name) => !known.has(name))).toEqual([]);
    for (const name of dashboard.variables) expect(used).toContain(name);
  });

  it('leads to the other dashboards, with what is chosen, and marks what befell replicas', () => {
    expect(links).toEqual([
      expect.objectContaining({ tags: ['numagate'], includeVars: true, keepTime: true }),
    ]);
    expect(annotations.list.map(({ expr }) => expr)).toEqual([
      expect.stringContaining(metrics.replicaEvents.name),
    ]);
    expect(JSON.stringify([links, annotations])).not.toContain('inControlsMenu');
  });

  it('bears the address and the version of its model', () => {
    expect(uid).toBe(dashboard.name);
    expect(schemaVersion).toBeGreaterThanOrEqual(39);
  });
});
