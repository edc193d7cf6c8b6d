import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { readConfig } from '../../gateway/config.ts';
import { namedIn } from '../support/promql.ts';
import { root } from '../support/source-tree.ts';

const folder = join(root, 'deploy/prometheus');
const tries = join(root, 'test/deploy/prometheus');
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

function read<Shape>(file: string, shape: z.ZodType<Shape>): Shape {
  return shape.parse(parse(readFileSync(file, 'utf8')));
}

const rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({ alert: z.string().optional(), record: z.string().optional(), expr: z.string() }),
      ),
    }),
  ),
});

const ruleTests = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z
        .array(
          z.object({
            alertname: z.string(),
            exp_alerts: z.array(
              z.object({ exp_labels: z.record(z.string(), z.union([z.string(), z.number()])) }),
            ),
          }),
        )
        .default([]),
      promql_expr_test: z.array(z.object({ expr: z.string() })).default([]),
      input_series: z.array(z.object({ series: z.string() })),
    }),
  ),
});

const recorded = read(join(folder, 'rules.yml'), rules).groups.flatMap((group) => group.rules);
const alerts = read(join(folder, 'alerts.yml'), rules).groups.flatMap((group) => group.rules);
const recordNames = recorded.map(({ record = '' }) => record);
const alertTests = read(join(tries, 'alerts.test.yml'), ruleTests).tests;
const recordTests = read(join(tries, 'rules.test.yml'), ruleTests).tests;

function promtool(...words: readonly string[]): { readonly status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', words);
  return { status, said: `${stdout.toString()}${stderr.toString()}` };
}

describe('the configuration for Prometheus', () => {
  it('scrapes where a gateway without settings has its metrics', () => {
    const { admin } = readConfig({ environment: {} });
    const scraping = z.object({
      scrape_configs: z.array(
        z.object({ static_configs: z.array(z.object({ targets: z.array(z.string()) })) }),
      ),
    });
    const targets = read(join(folder, 'prometheus.yml'), scraping).scrape_configs.flatMap((each) =>
      each.static_configs.flatMap((one) => one.targets),
    );

    expect(targets).toEqual([`${admin.host}:${admin.port}`]);
  });

  it.skipIf(!hasPromtool)(
    'is accepted with its rules (needs promtool of Debian prometheus)',
    () => {
      const { status, said } = promtool('check', 'config', join(folder, 'prometheus.yml'));

      expect(said).toMatch(new RegExp(`SUCCESS: ${recorded.length} rules found`, 'u'));
      expect(said).toMatch(new RegExp(`SUCCESS: ${alerts.length} rules found`, 'u'));
      expect(status).toBe(0);
    },
  );

  it.each([...recorded, ...alerts])(
    'asks for metrics and labels that there are: $record$alert',
    ({ expr }) => {
      const named = namedIn(expr);

      expect(named.strangers).toEqual([]);
      expect(named.strangeLabels).toEqual([]);
      expect(named.recorded.filter((name) => !recordNames.includes(name))).toEqual([]);
    },
  );
});

describe('the series that the tests of rules put in', () => {
  it.each([...alertTests, ...recordTests].flatMap((one) => one.input_series))(
    'are those of a gateway: $series',
    ({ series }) => {
      const { strangers, strangeLabels } = namedIn(series);

      expect({ strangers, strangeLabels }).toEqual({ strangers: [], strangeLabels: [] });
    },
  );
});

describe('an alert', () => {
  const tried = alertTests.flatMap((one) => one.alert_rule_test);

  it.each(alerts)('$alert is tried where it rings, for some and not for others', ({ alert }) => {
    const ringing = tried.filter(
      ({ alertname, exp_alerts: expected }) => alertname === alert && expected.length > 0,
    );
    expect(ringing).not.toEqual([]);

    const holding = alertTests.filter((one) =>
      one.alert_rule_test.some((each) => ringing.includes(each)),
    );
    const instances = holding.flatMap((one) =>
      one.input_series.flatMap(
        ({ series }) => /instance="(\w+)"(?:.*replica="(\w+)")?/u.exec(series)?.[0] ?? [],
      ),
    );
    const rings = ringing.flatMap((each) => each.exp_alerts);
    expect(new Set(instances).size).toBeGreaterThan(rings.length);
  });

  it.skipIf(!hasPromtool)(
    'rings there and nowhere else (needs promtool of Debian prometheus)',
    () => {
      expect(promtool('test', 'rules', join(tries, 'alerts.test.yml'))).toMatchObject({
        said: expect.stringContaining('SUCCESS') as string,
        status: 0,
      });
    },
  );
});

describe('a recorded series', () => {
  it.each(recordNames)('%s is tried on numbers', (name) => {
    const exprs = recordTests.flatMap((one) => one.promql_expr_test.map(({ expr }) => expr));

    expect(exprs.filter((expr) => expr.includes(name))).not.toEqual([]);
  });

  it.skipIf(!hasPromtool)('is right (needs promtool of Debian prometheus)', () => {
    expect(promtool('test', 'rules', join(tries, 'rules.test.yml'))).toMatchObject({
      said: expect.stringContaining('SUCCESS') as string,
      status: 0,
    });
  });
});
