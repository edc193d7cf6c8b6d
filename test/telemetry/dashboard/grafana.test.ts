import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { drawDashboard, rows } from '../../../telemetry/dashboard/grafana.ts';
import { metrics } from '../../../telemetry/semconv.ts';
import { filledIn, namedIn } from '../../support/promql.ts';

const panels = rows.flatMap((row) => row.panels);
const queries = panels.flatMap(({ title, queries: ofPanel }) =>
  ofPanel.map(({ expr }) => ({ title, expr })),
);

const drawn = z
  .object({
    panels: z.array(
      z.object({
        id: z.number(),
        type: z.string(),
        title: z.string(),
        gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
        targets: z
          .array(z.object({ refId: z.string(), expr: z.string(), exemplar: z.boolean() }))
          .optional(),
      }),
    ),
    templating: z.object({ list: z.array(z.object({ name: z.string(), query: z.unknown() })) }),
  })
  .parse(drawDashboard());

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

describe('the dashboard', () => {
  it('is the one that ships (run vitest with -u to draw it anew)', async () => {
    await expect(`${JSON.stringify(drawDashboard(), null, 2)}\n`).toMatchFileSnapshot(
      '../../../deploy/grafana/dashboards/numagate.json',
    );
  });

  it('answers five questions', () => {
    expect(rows.map(({ title }) => title.split(':', 1)[0])).toEqual([
      'SLO',
      'Routing',
      'Replicas',
      'GPUs',
      'Gateway',
    ]);
  });

  it('shows every metric that the gateway exposes', () => {
    const shown = new Set(queries.flatMap(({ expr }) => namedIn(expr).metrics));

    expect(Object.values(metrics).filter((metric) => !shown.has(metric))).toEqual([]);
  });

  it.each(queries)('asks in $title for metrics and labels that there are', ({ expr }) => {
    const named = namedIn(expr);

    expect(named.metrics).not.toEqual([]);
    expect(named.strangers).toEqual([]);
    expect(named.strangeLabels).toEqual([]);
  });

  it.each(panels)('says in a sentence what $title tells', ({ description, queries: ofPanel }) => {
    expect(description).toMatch(/^[A-Z].*\.$/);
    expect(ofPanel.every(({ legend }) => legend !== '')).toBe(true);
  });

  it.skipIf(!hasPromtool)('asks in PromQL (needs promtool of Debian prometheus)', () => {
    const { status, output } = promtool(queries.map(({ expr }) => filledIn(expr)));

    expect(output).toContain('SUCCESS');
    expect(status).toBe(0);
    expect(promtool(['sum(']).status).not.toBe(0);
  });

  it('fills in its variables from metrics that there are', () => {
    const asked = JSON.stringify(drawn.templating.list);
    const names = [...asked.matchAll(/label_values\((\w+), (\w+)\)/g)];

    expect(names.length).toBeGreaterThan(0);
    for (const [, metric = '', label = ''] of names) {
      const definition = Object.values(metrics).find(({ name }) => name === metric);
      expect([...(definition?.labels ?? []), 'job']).toContain(label);
    }
  });
});

describe('the panels', () => {
  it('have each an id of its own', () => {
    const ids = drawn.panels.map(({ id }) => id);

    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(panels.length + rows.length);
  });

  it('stand within the grid and never on each other', () => {
    const cells = drawn.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );

    expect(new Set(cells).size).toBe(cells.length);
    expect(drawn.panels.every(({ gridPos: { x, w } }) => x >= 0 && x + w <= 24)).toBe(true);
  });

  it('stand below the head of their row, in the order of the rows', () => {
    const order = drawn.panels.toSorted((one, other) =>
      one.gridPos.y === other.gridPos.y
        ? one.gridPos.x - other.gridPos.x
        : one.gridPos.y - other.gridPos.y,
    );

    expect(order.map(({ id }) => id)).toEqual(drawn.panels.map(({ id }) => id));
  });

  it('lead to traces where there are buckets under lines', () => {
    const leading = drawn.panels.filter(({ targets }) => targets?.some(({ exemplar }) => exemplar));

    expect(leading.map(({ title }) => title)).toContain('Time to first token');
    expect(leading.map(({ title }) => title)).not.toContain('Requests by status');
  });

  it('name their queries A, B, C', () => {
    const named = drawn.panels.map(
      ({ targets }) => targets?.map(({ refId }) => refId).join('') ?? '',
    );

    expect(named.every((refIds) => 'ABCDEFGH'.startsWith(refIds))).toBe(true);
  });
});
