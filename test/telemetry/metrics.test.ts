import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Metrics } from '../../telemetry/metrics.ts';
import type { ReplicaReading } from '../../telemetry/replica-gauges.ts';
import { metrics as names } from '../../telemetry/semconv.ts';
import { aSickGpu } from '../support/gpu-readings.ts';
import { seriesOn, valueOn } from '../support/metrics-page.ts';
import {
  aDestination,
  aRecord,
  aRoute,
  aTrace,
  anAnsweredRecord,
  anEnding,
} from '../support/records.ts';

const openMetrics = 'application/openmetrics-text;version=1.0.0';

const spans = { exportedSpans: 40, droppedSpans: { noRoom: 1, refused: 2, unreachable: 3 } };

const replica: ReplicaReading = {
  replica: 'replica-0',
  engine: 'vllm',
  engineVersion: '0.11.0',
  numaNode: 1,
  state: 'ready',
  isQuiet: false,
  inFlightRequests: 3,
  inFlightPrefillTokens: 500,
  inFlightKvTokens: 2000,
  promisedKvTokens: 9000,
  kvCapacityTokens: 600_000,
  driftRequests: 1,
  driftKvTokens: 700,
  runningRequests: 2,
  waitingRequests: 1,
  prefillTokensPerSecond: 20_000,
  decodeStepMs: 25,
  kvCacheUsage: 0.25,
  loadAgeMs: 150,
};

const shadow = {
  actingPolicy: 'kv-aware',
  shadowPolicy: 'round-robin',
  agrees: true,
  costs: [{ judge: 'kv-aware', actingSeconds: 1, shadowSeconds: 2 }],
};

let metrics: Metrics;

beforeEach(() => {
  metrics = new Metrics({ version: '1.2.3', log: { droppedLines: 5 }, spans });
});

afterEach(() => {
  metrics.stop();
});

/** Everything that can be counted, counted once. */
function countEverything(): void {
  metrics.opened();
  const answered = anAnsweredRecord({ trace: aTrace() });
  answered.outputTokensEstimate = 5;
  answered.pauses = 1;
  answered.resumes = 1;
  answered.attempt(aDestination()).end(1078);
  answered.bodyAtMs = 1001;
  answered.askedAtMs = 1002;
  answered.routes.push(aRoute({ shadow }));
  answered.usage({ prompt: 8, output: 4, cached: 2 });
  metrics.ended(answered, anEnding());
  metrics.opened();
  const refused = aRecord();
  refused.errorCode = 'saturated';
  refused.refusal = 'queue-full';
  refused.retryDenied = true;
  metrics.ended(refused, anEnding({ endMs: 1001, service: 'failed' }));
  metrics.replicaEvent('replica-0', 'joined');
  metrics.reloaded('taken');
  metrics.replicaEjected('replica-0', 'gone');
  metrics.watch({
    replicas: () => [replica],
    waitingRequests: () => 7,
    prefixIndexBytes: () => 320,
    openConnections: () => 3,
    refusedConnections: () => 2,
    gpus: () => ({ gpus: [aSickGpu()], ageMs: 5 }),
  });
}

describe('a page of metrics', () => {
  it('shows every metric that there is, and none that is not', () => {
    countEverything();
    const { body } = metrics.page(undefined);
    const shown = Array.from(body.matchAll(/^# TYPE (.*)$/gm), ([, family]) => family);

    const all = Object.values(names).map(({ name, type }) => `${name} ${type}`);
    expect(new Set(shown)).toEqual(new Set(all));
    expect(shown).toHaveLength(all.length);
  });

  it('shows each metric with no other labels than its own', () => {
    countEverything();
    const { body } = metrics.page(undefined);

    for (const { name, type, labels } of Object.values(names)) {
      const suffix = type === 'histogram' ? '_bucket' : '';
      const shown = seriesOn(body, `${name}${suffix}`).flatMap((line) =>
        [...line.matchAll(/[{,]([a-z_]+)="/g)].map(([, label]) => label),
      );
      expect([...labels, 'le']).toEqual(expect.arrayContaining([...new Set(shown)]));
    }
  });

  it('has a series only once', () => {
    countEverything();
    const series = metrics
      .page(undefined)
      .body.split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.slice(0, line.lastIndexOf(' ')));

    expect(new Set(series).size).toBe(series.length);
  });

  it('comes in the format that is asked for', () => {
    expect(metrics.page(undefined).contentType).toContain('text/plain; version=0.0.4');
    const { contentType, body } = metrics.page(openMetrics);
    expect(contentType).toContain('application/openmetrics-text');
    expect(body.endsWith('# EOF\n')).toBe(true);
  });

  it('leads to traces in OpenMetrics alone', () => {
    countEverything();

    expect(metrics.page(openMetrics).body).toContain(`# {trace_id="${aTrace().traceId}"}`);
    expect(metrics.page('text/plain').body).not.toContain('trace_id');
  });

  it('can be had in either format, again and again', () => {
    countEverything();
    const plain = (): string[] => seriesOn(metrics.page('').body, names.requests.name);
    const before = plain();
    metrics.page(openMetrics);

    expect(plain()).toEqual(before);
    expect(before).toHaveLength(2);
  });
});

describe('open requests', () => {
  it('are those that came and did not end', () => {
    for (let count = 0; count < 3; count += 1) metrics.opened();
    metrics.ended(aRecord(), anEnding());

    expect(valueOn(metrics.page('').body, names.openRequests.name)).toBe(2);
  });
});

describe('what telemetry says of itself', () => {
  it.each([
    [names.spansExported.name, 40],
    [`${names.spansDropped.name}{reason="no_room"}`, 1],
    [`${names.spansDropped.name}{reason="refused"}`, 2],
    [`${names.spansDropped.name}{reason="unreachable"}`, 3],
    [names.logLinesDropped.name, 5],
    [names.recordsFailed.name, 1],
    [`${names.buildInfo.name}{version="1.2.3"}`, 1],
  ])('is %s: %i', (series, value) => {
    metrics.failed();

    expect(valueOn(metrics.page('').body, series)).toBe(value);
  });

  it('leaves out spans where none are made', () => {
    const without = new Metrics({ version: '1', log: { droppedLines: 0 }, spans: undefined });
    const { body } = without.page('');
    without.stop();

    expect(body).not.toContain('spans');
  });
});

describe('the gateway', () => {
  it('is read at each scrape', () => {
    let waitingRequests = 1;
    metrics.watch({
      replicas: () => [],
      waitingRequests: () => waitingRequests,
      prefixIndexBytes: () => 0,
      openConnections: () => 0,
      refusedConnections: () => 0,
      gpus: () => ({ gpus: [], ageMs: undefined }),
    });
    expect(valueOn(metrics.page('').body, names.waitingRequests.name)).toBe(1);

    waitingRequests = 12;
    expect(valueOn(metrics.page('').body, names.waitingRequests.name)).toBe(12);
  });

  it('counts what befalls its replicas', () => {
    for (const event of ['joined', 'ejected', 'ejected']) metrics.replicaEvent('a', event);
    for (const reason of ['stall', 'gone', 'stall']) metrics.replicaEjected('a', reason);

    expect(seriesOn(metrics.page('').body, names.replicaEvents.name)).toEqual([
      `${names.replicaEvents.name}{replica="a",event="joined"} 1`,
      `${names.replicaEvents.name}{replica="a",event="ejected"} 2`,
    ]);
    expect(seriesOn(metrics.page('').body, names.replicaEjections.name)).toEqual([
      `${names.replicaEjections.name}{replica="a",reason="stall"} 2`,
      `${names.replicaEjections.name}{replica="a",reason="gone"} 1`,
    ]);
  });
});

describe('settings', () => {
  it('that are read again are counted by what came of it', () => {
    for (const outcome of ['taken', 'refused', 'refused']) metrics.reloaded(outcome);

    expect(seriesOn(metrics.page('').body, names.reloads.name)).toEqual([
      `${names.reloads.name}{outcome="taken"} 1`,
      `${names.reloads.name}{outcome="refused"} 2`,
    ]);
  });
});

describe('promtool', () => {
  const isThere = spawnSync('promtool', ['--version']).status === 0;

  it.skipIf(!isThere)(
    'has nothing to say about a page (needs promtool of Debian prometheus)',
    () => {
      countEverything();
      const { body } = metrics.page('text/plain');
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input: body,
      });

      expect(`${stdout.toString()}${stderr.toString()}`).toBe('');
      expect(status).toBe(0);
    },
  );
});
