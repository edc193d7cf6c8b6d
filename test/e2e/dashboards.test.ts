import { describe, expect, it } from 'vitest';

import type { MetricKey } from '../../telemetry/semconv.ts';
import { labels, metrics } from '../../telemetry/semconv.ts';
import { askedQueries } from '../support/dashboards.ts';
import type { EventfulScene } from '../support/live/eventful-scene.ts';
import { anEventfulScene } from '../support/live/eventful-scene.ts';
import type { LivePrometheus } from '../support/live/prometheus.ts';
import { aPrometheus, hasPrometheus } from '../support/live/prometheus.ts';
import { until } from '../support/live/until.ts';
import { filledIn, namedIn } from '../support/promql.ts';

/** As long as it takes until each thing has happened at a busy machine. */
const RUN_MS_MAX = 50_000;

const filling = { interval: '1m', range: '1m', before: '4s' };

/** What takes another load: a client that lets megabytes wait in the kernel, and a crowd of failures at once. */
const rare: readonly MetricKey[] = ['pauses', 'retriesDenied'];

/** Everything that a dashboard tells of, once at least, and the first of it longer ago than `before`. */
async function letThingsHappen(scene: EventfulScene, prometheus: LivePrometheus): Promise<void> {
  const { house } = scene;
  const has = async (expr: string): Promise<boolean> => (await prometheus.query(expr)).length > 0;
  await until('it is scraped', async () => (await prometheus.scrapeError()) === '');
  await until(
    'there is a rate from before',
    () => has(`rate(${metrics.requests.name}[1m] offset ${filling.before}) > 0`),
    RUN_MS_MAX,
  );
  await scene.overrun();
  await scene.overheat();
  await scene.fail(6);
  await house.gateway.reload('replicas: none');
  await house.replicas[1]?.stop();
  await until(
    'it is out',
    () => has(`${metrics.replicaEjections.name}{replica="node0-b"}`),
    RUN_MS_MAX,
  );
  await house.replicas[1]?.startAgain();
  // A rate needs two scrapes with the series in them.
  const late = [
    `rate(${metrics.resumes.name}[1m])`,
    `rate(${metrics.attempts.name}{${labels.error}!=""}[1m])`,
    `rate(${metrics.gpuXids.name}[1m])`,
  ];
  for (const expr of late) await until(`there is ${expr}`, () => has(expr), RUN_MS_MAX);
}

/** States and statuses that this run need not pass through. */
const passing = [/state=~?"(?:draining|starting)/u, /status_code=~"5\.\."/u];

/** Selectors that have found nothing so far: a sum that falls back to 0 would hide a label that no series has. */
async function deadSelectors(prometheus: LivePrometheus): Promise<readonly string[]> {
  const all = askedQueries.flatMap(({ expr }) => expr.match(/[a-z][a-z0-9_]*\{[^}]*\}/gu) ?? []);
  const dead: string[] = [];
  for (const selector of new Set(all)) {
    const isRare = rare.some((key) => selector.startsWith(`${metrics[key].name}{`));
    if (isRare || passing.some((one) => one.test(selector))) continue;
    const found = await prometheus.query(`last_over_time(${filledIn(selector, filling)}[5m])`);
    if (found.length === 0) dead.push(selector);
  }
  return dead;
}

describe('the dashboards', () => {
  it.skipIf(!hasPrometheus)(
    'get data for every query from a Prometheus that scraped a gateway with faults (needs Debian prometheus)',
    async () => {
      await using scene = await anEventfulScene(5);
      await using prometheus = await aPrometheus(scene.house.gateway.adminUrl, 'numagate');
      await letThingsHappen(scene, prometheus);

      const empty: string[] = [];
      for (const { where, expr } of askedQueries) {
        const isRare = namedIn(expr).metrics.every((one) =>
          rare.some((key) => metrics[key] === one),
        );
        const answers = await prometheus.query(filledIn(expr, filling));
        if (answers.length === 0 && !isRare) empty.push(`${where}: ${expr}`);
      }

      expect(empty).toEqual([]);
      expect(await deadSelectors(prometheus)).toEqual([]);
      expect(await prometheus.query(filledIn('sum(gateway_no_such_metric{job=~"$job"})'))).toEqual(
        [],
      );
    },
    2 * RUN_MS_MAX,
  );
});
