import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { dashboards } from '../../../telemetry/dashboards/catalog.ts';
import { drawDashboard } from '../../../telemetry/dashboards/draw-dashboard.ts';
import type { Panel } from '../../../telemetry/dashboards/panel.ts';
import { metrics } from '../../../telemetry/semconv.ts';
import { attributes } from '../../../telemetry/span-attributes.ts';
import { askedQueries, panelsOf } from '../../support/dashboards.ts';
import { grammarErrors } from '../../support/grammar.ts';
import { filledIn, namedIn } from '../../support/promql.ts';
import { root } from '../../support/source-tree.ts';

const panels = dashboards.flatMap((dashboard) =>
  panelsOf(dashboard).map((panel) => ({ ...panel, where: `${dashboard.name}: ${panel.title}` })),
);

const shipped = join(root, 'deploy/grafana/dashboards');

/** `promtool check rules` over queries, each made a rule of its own. */
function promtool(exprs: readonly string[]): {
  readonly status: number | null;
  readonly output: string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'numagate-rules-'));
  const rules = exprs.map((expr, index) => ({ record: `query:${index}`, expr }));
  writeFileSync(join(folder, 'rules.yml'), stringify({ groups: [{ name: 'queries', rules }] }));
  const { status, stdout, stderr } = spawnSync('promtool', [
    'check',
    'rules',
    join(folder, 'rules.yml'),
  ]);
  rmSync(folder, { recursive: true });
  return { status, output: `${stdout.toString()}${stderr.toString()}` };
}

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

describe.each(dashboards)('the dashboard $name', (dashboard) => {
  it('is the one that ships (run vitest with -u to draw it anew)', async () => {
    await expect(`${JSON.stringify(drawDashboard(dashboard), null, 2)}\n`).toMatchFileSnapshot(
      join(shipped, `${dashboard.name}.json`),
    );
  });

  it('says in its first sentence which question it answers', () => {
    expect(dashboard.description).toMatch(/^[^.]*\?/u);
  });

  it('has titles that are each there once', () => {
    const titles = panelsOf(dashboard).map(({ title }) => title);

    expect(new Set(titles).size).toBe(titles.length);
  });
});

describe('the dashboards', () => {
  it('are all that ships', () => {
    expect(readdirSync(shipped).toSorted()).toEqual(
      dashboards.map(({ name }) => `${name}.json`).toSorted(),
    );
  });

  it('show every metric that the gateway exposes', () => {
    const shown = new Set(askedQueries.flatMap(({ expr }) => namedIn(expr).metrics));

    expect(Object.values(metrics).filter((metric) => !shown.has(metric))).toEqual([]);
  });
});

/** Of its figures; states, traces and lines have none. */
function unitsOf(panel: Panel): readonly string[] {
  if (panel.kind === 'table') return panel.columns.map(({ unit }) => unit);
  return 'unit' in panel ? [panel.unit] : [];
}

describe('a panel', () => {
  it.each(panels)('says in sentences how to read $where', ({ description }) => {
    expect(description).toMatch(/^[A-Z].*\.$/u);
  });

  it.each(panels)('has a unit for each figure of $where', (panel) => {
    expect(unitsOf(panel)).not.toContain('');
  });
});

describe('a PromQL query', () => {
  it.each(askedQueries)('names metrics and labels that there are, in $where', ({ expr }) => {
    const named = namedIn(expr);

    expect(named.metrics).not.toEqual([]);
    expect(named.strangers).toEqual([]);
    expect(named.strangeLabels).toEqual([]);
  });

  it.each(askedQueries)('is well formed, in $where', ({ expr }) => {
    expect(grammarErrors('promql', filledIn(expr))).toEqual([]);
  });

  it.skipIf(!hasPromtool)('is taken by promtool (needs promtool of Debian prometheus)', () => {
    const { status, output } = promtool(askedQueries.map(({ expr }) => filledIn(expr)));

    expect(output).toContain('SUCCESS');
    expect(status).toBe(0);
    expect(promtool(['sum(']).status).not.toBe(0);
  });
});

describe('a TraceQL query', () => {
  const asked = panels.flatMap((panel) =>
    panel.kind === 'traces' ? [{ where: panel.where, traceql: panel.traceql }] : [],
  );

  it.each(asked)('is well formed, in $where', ({ traceql }) => {
    expect(grammarErrors('traceql', traceql)).toEqual([]);
  });

  it.each(asked)('names attributes that spans have, in $where', ({ traceql }) => {
    const named = [...traceql.matchAll(/span\.([\w.]+)/gu)].map(([, name = '']) => name);

    expect(named).not.toEqual([]);
    expect(named.filter((name) => !Object.values<string>(attributes).includes(name))).toEqual([]);
  });

  it('is refused where it is none', () => {
    expect(asked.length).toBeGreaterThan(0);
    expect(grammarErrors('traceql', '{ span.a = }')).not.toEqual([]);
  });
});

describe('a LogQL query', () => {
  const asked = panels.flatMap((panel) => (panel.kind === 'logs' ? [panel] : []));

  it.each(asked)('is well formed, in $where', ({ logql }) => {
    expect(grammarErrors('logql', logql)).toEqual([]);
  });

  it('is refused where it is none', () => {
    expect(asked.length).toBeGreaterThan(0);
    expect(grammarErrors('logql', '{a="b" | json')).not.toEqual([]);
  });
});
