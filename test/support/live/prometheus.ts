import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';

/** Whether a Prometheus can be run here; Debian has one. */
export const hasPrometheus: boolean = spawnSync('prometheus', ['--version']).status === 0;

/** A Prometheus that scrapes one target every quarter of a second and keeps exemplars. */
export interface LivePrometheus extends AsyncDisposable {
  /** Values of an instant query, one for each series. */
  query(expr: string): Promise<readonly number[]>;
  /** Values of a query over time, each series with its labels. */
  over(expr: string, span: TimeSpan): Promise<readonly TimedSeries[]>;
  /** Each series of an instant query with its labels, at a time in seconds since 1970. */
  at(expr: string, seconds: number): Promise<readonly LabelledValue[]>;
  /** The points of the exemplars of a query, in such a part of the time. */
  exemplars(expr: string, span: TimeSpan): Promise<TimedSeries['points']>;
  /** Trace ids of the exemplars of a query, in the last hour. */
  traceIds(expr: string): Promise<readonly string[]>;
  /** Why the target could not be scraped the last time; empty where it could. */
  scrapeError(): Promise<string | undefined>;
}

/** Part of the time, in seconds since 1970. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** One series at one moment. */
export interface LabelledValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One series: its points, each with its time in seconds since 1970. */
export interface TimedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [seconds: number, value: number])[];
}

const ranged = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])),
      }),
    ),
  }),
});

const instant = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});

const exemplars = z.object({
  status: z.literal('success'),
  data: z.array(
    z.object({
      exemplars: z.array(
        z.object({
          labels: z.record(z.string(), z.string()),
          value: z.coerce.number(),
          timestamp: z.number(),
        }),
      ),
    }),
  ),
});

const targets = z.object({
  data: z.object({
    activeTargets: z.array(z.object({ lastError: z.string(), health: z.string() })),
  }),
});

/** Starts Prometheus before the target at `url`, whose metrics are at `/metrics`. */
export async function aPrometheus(url: string, job: string): Promise<LivePrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'numagate-prometheus-'));
  const settings = {
    global: { scrape_interval: '250ms', scrape_timeout: '250ms' },
    scrape_configs: [{ job_name: job, static_configs: [{ targets: [new URL(url).host] }] }],
  };
  writeFileSync(join(folder, 'prometheus.yml'), stringify(settings));
  const base = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${base}`,
      '--enable-feature=exemplar-storage',
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const get = async (path: string, parameters: Record<string, string> = {}): Promise<unknown> => {
    const answer = await fetch(
      `http://${base}${path}?${new URLSearchParams(parameters).toString()}`,
    );
    return answer.json();
  };
  return {
    async query(expr) {
      const { data } = instant.parse(await get('/api/v1/query', { query: expr }));
      return data.result.map(({ value }) => Number(value[1]));
    },
    async over(expr, { from, to, step }) {
      const span = { start: String(from), end: String(to), step: String(step) };
      const answer = await get('/api/v1/query_range', { query: expr, ...span });
      return ranged.parse(answer).data.result.map(({ metric, values }) => ({
        labels: metric,
        points: values.map(([seconds, text]) => [seconds, Number(text)] as const),
      }));
    },
    async at(expr, seconds) {
      const answer = await get('/api/v1/query', { query: expr, time: String(seconds) });
      return instant.parse(answer).data.result.map(({ metric, value }) => ({
        labels: metric,
        value: Number(value[1]),
      }));
    },
    async exemplars(expr, { from, to }) {
      const range = { query: expr, start: String(from), end: String(to) };
      const { data } = exemplars.parse(await get('/api/v1/query_exemplars', range));
      return data.flatMap((series) =>
        series.exemplars.map(({ timestamp, value }) => [timestamp, value] as const),
      );
    },
    async traceIds(expr) {
      const now = Date.now() / 1000;
      const range = { query: expr, start: String(now - 3600), end: String(now + 60) };
      const { data } = exemplars.parse(await get('/api/v1/query_exemplars', range));
      return data.flatMap((series) =>
        series.exemplars.map(({ labels }) => labels['trace_id'] ?? ''),
      );
    },
    async scrapeError() {
      const listed = await get('/api/v1/targets').catch(() => undefined);
      const [target] = listed === undefined ? [] : targets.parse(listed).data.activeTargets;
      return target === undefined || target.health === 'unknown' ? undefined : target.lastError;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

/** A port that nobody had a moment ago: Prometheus does not tell which one it took. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
