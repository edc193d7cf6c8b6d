import { describe, expect, it } from 'vitest';
import { colours } from '../../../telemetry/dashboards/colours.ts';
import { drawPanel } from '../../../telemetry/dashboards/draw-panel.ts';
import type { Panel } from '../../../telemetry/dashboards/panel.ts';
import {
  heatmap,
  lines,
  logs,
  percentiles,
  stat,
  states,
  table,
  traces,
} from '../../../telemetry/dashboards/panel.ts';
import { metrics } from '../../../telemetry/semconv.ts';
import { drawnPanel } from '../../support/drawn-dashboard.ts';

const gridPos = { x: 0, y: 0, w: 8, h: 8 };
const head = { title: 'Who?', description: 'Who it is.' };

function drawn(panel: Panel) {
  return drawnPanel.parse(drawPanel(panel, 7, gridPos).build());
}

const limits = { warn: 1, bad: 2 };
const steps = [
  { value: null, color: colours.good },
  { value: 1, color: colours.warn },
  { value: 2, color: colours.bad },
];

describe('a drawn panel', () => {
  it('bears its title, its description, its id and its place', () => {
    const panel = lines({ ...head, unit: 's', queries: [{ expr: 'x', legend: 'x' }] });

    expect(drawn(panel)).toMatchObject({ ...head, id: 7, gridPos, type: 'timeseries' });
  });

  it('names its queries A, B, C', () => {
    const { targets } = drawn(percentiles(metrics.queueWait, head));

    expect(targets.map(({ refId }) => refId)).toEqual(['A', 'B', 'C']);
  });

  it('leads to traces where there are buckets under lines or maps, and nowhere else', () => {
    const query = { expr: 'x', legend: 'x' };
    const exemplars = (panel: Panel) => drawn(panel).targets.map(({ exemplar }) => exemplar);

    expect(exemplars(percentiles(metrics.queueWait, head))).toEqual([true, true, true]);
    expect(exemplars(heatmap(metrics.queueWait, head))).toEqual([true]);
    expect(exemplars(lines({ ...head, unit: 's', queries: [query] }))).toEqual([false]);
  });
});

describe('a drawn figure', () => {
  const unit = 's';

  it('is coloured by its limits', () => {
    const query = { expr: 'x', legend: 'x' };

    expect(drawn(stat({ ...head, unit, query, limits }))).toMatchObject({
      options: { colorMode: 'background' },
      fieldConfig: { defaults: { unit, thresholds: { steps } } },
    });
    expect(drawn(stat({ ...head, unit, query }))).toMatchObject({ options: { colorMode: 'none' } });
  });

  it('says whose it is where its series have names, and asks for this moment alone', () => {
    const named = drawn(stat({ ...head, unit, query: { expr: 'x', legend: '{{replica}}' } }));
    const plain = drawn(stat({ ...head, unit, query: { expr: 'x', legend: 'x' } }));

    expect(named.options['textMode']).toBe('value_and_name');
    expect(named.targets[0]).toMatchObject({ instant: true });
    expect(plain.options['textMode']).toBe('value');
    expect(plain.targets[0]).toMatchObject({ range: true });
  });
});

describe('drawn lines', () => {
  const colourOf = (panel: Panel, name: string): unknown =>
    drawn(panel).fieldConfig.overrides.find(({ matcher }) => matcher.options === name)
      ?.properties[0]?.value;

  it('have the colours of what is called the same elsewhere', () => {
    expect(colourOf(percentiles(metrics.queueWait, head), 'p99')).toEqual({
      mode: 'fixed',
      fixedColor: colours.bad,
    });
    const services = lines({
      ...head,
      unit: 's',
      queries: [{ expr: 'x', legend: '{{service}}' }],
    });
    expect(colourOf(services, 'failed')).toMatchObject({ fixedColor: colours.bad });
    expect(colourOf(services, 'p99')).toBeUndefined();
  });

  it('stand on each other, and have their limits dashed, where that is asked for', () => {
    const queries = [{ expr: 'x', legend: 'x' }];
    const custom = (panel: Panel): unknown => drawn(panel).fieldConfig.defaults['custom'];

    expect(custom(lines({ ...head, unit: 's', queries, stacks: true, limits }))).toMatchObject({
      stacking: { mode: 'normal' },
      thresholdsStyle: { mode: 'dashed' },
    });
    expect(custom(lines({ ...head, unit: 's', queries }))).not.toHaveProperty('stacking');
  });

  it('are dashed where an engine tells', () => {
    const told = drawn(
      lines({ ...head, unit: 's', queries: [{ expr: 'x', legend: '{{replica}} as told' }] }),
    );

    expect(told.fieldConfig.overrides).toEqual([
      expect.objectContaining({ matcher: { id: 'byRegexp', options: '/ as told$/' } }),
    ]);
  });
});

describe('a drawn table', () => {
  const panel = table({
    ...head,
    labels: { replica: 'Replica', state: 'State' },
    listing: 'who',
    sortBy: 'Slow',
    columns: [
      { name: 'Slow', unit: 's', expr: 'x', limits },
      { name: 'Open', unit: 'short', expr: 'y' },
    ],
  });

  it('joins its queries by their labels, and gives the columns their heads in order', () => {
    expect(drawn(panel).transformations).toEqual([
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true, 'Value #A': true },
          renameByName: {
            replica: 'Replica',
            state: 'State',
            'Value #B': 'Slow',
            'Value #C': 'Open',
          },
          indexByName: { replica: 0, state: 1, 'Value #B': 2, 'Value #C': 3 },
        },
      },
    ]);
    expect(drawn(panel).options['sortBy']).toEqual([{ displayName: 'Slow', desc: true }]);
  });

  it('asks for this moment, as rows', () => {
    expect(drawn(panel).targets[1]).toMatchObject({ instant: true, format: 'table' });
  });

  it('colours cells by their limits', () => {
    const { overrides } = drawn(panel).fieldConfig;
    const of = (name: string) => overrides.find(({ matcher }) => matcher.options === name);

    expect(of('Slow')?.properties).toContainEqual({
      id: 'thresholds',
      value: { mode: 'absolute', steps },
    });
    expect(of('Open')?.properties).toEqual([{ id: 'unit', value: 'short' }]);
  });
});

describe('drawn states', () => {
  it('have names and colours in place of numbers', () => {
    const names = { 0: 'out', 3: 'ready' };
    const query = { expr: 'x', legend: 'x' };

    expect(drawn(states({ ...head, query, names })).fieldConfig.defaults['mappings']).toEqual([
      {
        type: 'value',
        options: {
          0: { text: 'out', color: colours.bad },
          3: { text: 'ready', color: colours.good },
        },
      },
    ]);
  });
});

describe('drawn lists', () => {
  it('ask Tempo for spans, and Loki for lines', () => {
    expect(drawn(traces({ ...head, traceql: '{}' }))).toMatchObject({
      datasource: { type: 'tempo', uid: '${traces}' },
      targets: [{ queryType: 'traceql', query: '{}', tableType: 'spans' }],
    });
    expect(drawn(logs({ ...head, logql: '{a="b"}' }))).toMatchObject({
      datasource: { type: 'loki', uid: '${logs}' },
      targets: [{ expr: '{a="b"}' }],
    });
  });
});
