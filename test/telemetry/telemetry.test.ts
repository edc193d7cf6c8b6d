import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { metrics } from '../../telemetry/semconv.ts';
import {
  startTelemetry,
  type Telemetry,
  type TelemetryOptions,
} from '../../telemetry/telemetry.ts';
import { seededRandom } from '../support/chance.ts';
import { ManualClock } from '../support/clock.ts';
import { seriesOn, valueOn } from '../support/metrics-page.ts';
import { readSpans } from '../support/live/otlp-reader.ts';
import { aDestination, anArrival } from '../support/records.ts';

let folder: string;
let collector: Server;
let bodies: Buffer[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'numagate-telemetry-'));
  bodies = [];
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks));
      response.end();
    });
  });
  await new Promise<void>((resolve) => {
    collector.listen(0, '127.0.0.1', resolve);
  });
});

afterEach(() => {
  collector.closeAllConnections();
  collector.close();
  rmSync(folder, { recursive: true });
});

function endpoint(): string {
  const address = collector.address();
  return typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : '';
}

function start(changes: Partial<TelemetryOptions> = {}): Promise<Telemetry> {
  const clock = new ManualClock(1080);
  return startTelemetry({
    serviceName: 'numagate',
    version: '1.2.3',
    instanceId: 'one',
    sampleRatio: 1,
    good: { firstTokenMs: 2000, tokenGapMs: 100 },
    log: { level: 'info', destination: join(folder, 'log') },
    clock: {
      nowMs: () => clock.nowMs(),
      wallMs: () => 1_700_000_001_080,
    },
    random: seededRandom(1),
    ...changes,
  });
}

function logLines(): unknown[] {
  return readFileSync(join(folder, 'log'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

describe('a request', () => {
  it('is told three ways: counted, logged and traced', async () => {
    const telemetry = await start({ otlpEndpoint: endpoint() });
    const record = telemetry.record(anArrival());
    record.status = 200;
    record.end(1080);
    await telemetry.shutdown();

    const page = (await telemetry.scrape(undefined)).body;
    expect(seriesOn(page, metrics.requests.name)).toEqual([
      `${metrics.requests.name}{http_route="/v1/chat/completions",http_response_status_code="200"} 1`,
    ]);
    expect(valueOn(page, metrics.openRequests.name)).toBe(0);
    expect(valueOn(page, metrics.spansExported.name)).toBe(1);
    expect(logLines()).toMatchObject([
      { time: 1_700_000_001_080, request_id: 'request-0', trace_id: record.trace?.traceId },
    ]);
    expect(bodies.flatMap(readSpans)).toEqual([
      {
        traceId: record.trace?.traceId,
        spanId: record.trace?.spanId,
        parentSpanId: '',
        name: 'POST /v1/chat/completions',
        kind: 2,
        startNs: 1_700_000_001_000_000_000n,
        endNs: 1_700_000_001_080_000_000n,
        isError: false,
        attributes: {
          'http.request.method': 'POST',
          'http.route': '/v1/chat/completions',
          'http.response.status_code': 200,
          'gateway.request.id': 'request-0',
          'gateway.trace.decision': 'drawn',
          'gateway.attempts': 0,
        },
      },
    ]);
  });

  it('is open until it ends', async () => {
    const telemetry = await start();
    const record = telemetry.record(anArrival());
    const open = async (): Promise<number | undefined> =>
      valueOn((await telemetry.scrape(undefined)).body, metrics.openRequests.name);

    expect(await open()).toBe(1);
    record.end(1080);
    expect(await open()).toBe(0);
    await telemetry.shutdown();
  });

  it('without a collector is in no trace, and hands on that of its caller', async () => {
    const telemetry = await start();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const record = telemetry.record(anArrival({ traceparent }));
    const attempt = record.attempt(aDestination());
    record.end(1080);
    await telemetry.shutdown();

    expect(record.trace).toBeUndefined();
    expect(attempt.traceparent).toBe(traceparent);
    expect((await telemetry.scrape(undefined)).body).not.toContain('spans');
  });

  it('is sampled in the share that is set', async () => {
    const telemetry = await start({ otlpEndpoint: endpoint(), sampleRatio: 0 });
    telemetry.record(anArrival()).end(1080);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    telemetry.record(anArrival({ traceparent })).end(1080);
    await telemetry.shutdown();

    const page = (await telemetry.scrape(undefined)).body;
    expect(valueOn(page, metrics.spansExported.name)).toBe(1);
  });

  it('is traced where it was slow or failed, whatever the share, and nobody asked', async () => {
    const telemetry = await start({ otlpEndpoint: endpoint(), sampleRatio: 0 });
    const slow = telemetry.record(anArrival());
    slow.streamed = true;
    slow.status = 200;
    slow.timer.output(slow.arrival.receivedMs + 2001);
    slow.end(slow.arrival.receivedMs + 2002);
    const failed = telemetry.record(anArrival());
    failed.status = 502;
    failed.errorCode = 'engine_failed';
    failed.end(1080);
    telemetry.record(anArrival()).end(1080);
    await telemetry.shutdown();

    expect(bodies.flatMap(readSpans).map(({ traceId }) => traceId)).toEqual([
      slow.trace?.traceId,
      failed.trace?.traceId,
    ]);
    const page = (await telemetry.scrape(undefined)).body;
    expect(seriesOn(page, metrics.traces.name)).toEqual([
      `${metrics.traces.name}{decision="slow"} 1`,
      `${metrics.traces.name}{decision="failed"} 1`,
      `${metrics.traces.name}{decision="passed_over"} 1`,
    ]);
  });

  it('is not logged where the level is above info', async () => {
    const telemetry = await start({ log: { level: 'warn', destination: join(folder, 'log') } });
    telemetry.record(anArrival()).end(1080);
    telemetry.log.warn({ replica: 'a' }, 'slow');
    await telemetry.shutdown();

    expect(logLines()).toMatchObject([{ level: 'warn', msg: 'slow', replica: 'a' }]);
  });
});

describe('what is good', () => {
  it('can change: who ends from then on is judged by the other terms', async () => {
    const telemetry = await start({ otlpEndpoint: endpoint(), sampleRatio: 0 });
    const endStream = (): void => {
      const record = telemetry.record(anArrival());
      record.streamed = true;
      record.status = 200;
      record.timer.output(record.arrival.receivedMs + 500);
      record.end(1600);
    };
    endStream();
    telemetry.judgeBy({ firstTokenMs: 499, tokenGapMs: 100 });
    endStream();
    await telemetry.shutdown();

    const page = (await telemetry.scrape(undefined)).body;
    expect(seriesOn(page, metrics.streams.name)).toEqual([
      `${metrics.streams.name}{service="good"} 1`,
      `${metrics.streams.name}{service="late"} 1`,
    ]);
  });
});

describe('a record that breaks', () => {
  it('is counted and logged, and breaks nothing else', async () => {
    const telemetry = await start();
    const record = telemetry.record(anArrival());
    Object.defineProperty(record, 'tenant', {
      get() {
        throw new Error('a bug of ours');
      },
    });

    expect(() => record.end(1080)).not.toThrow();
    await telemetry.shutdown();

    const page = (await telemetry.scrape(undefined)).body;
    expect(valueOn(page, metrics.recordsFailed.name)).toBe(1);
    expect(logLines()).toMatchObject([
      { level: 'error', msg: 'a record broke', request_id: 'request-0' },
    ]);
  });
});

describe('the gateway', () => {
  it('is watched, and tells what befalls its replicas', async () => {
    const telemetry = await start();
    telemetry.watch({
      replicas: () => [],
      waitingRequests: () => 7,
      prefixIndexBytes: () => 0,
      openConnections: () => 0,
      refusedConnections: () => 0,
      gpus: () => ({ gpus: [], ageMs: undefined }),
    });
    telemetry.replicaEvent('a', 'ejected');
    const { contentType, body } = await telemetry.scrape('application/openmetrics-text');
    await telemetry.shutdown();

    expect(contentType).toContain('openmetrics');
    expect(valueOn(body, metrics.waitingRequests.name)).toBe(7);
    expect(valueOn(body, `${metrics.replicaEvents.name}{replica="a",event="ejected"}`)).toBe(1);
  });
});

describe('a collector that refuses', () => {
  it('is named in the log once, and costs no request its answer', async () => {
    collector.removeAllListeners('request');
    collector.on('request', (_request, response: ServerResponse) => {
      response.writeHead(401).end('no key');
    });
    const telemetry = await start({ otlpEndpoint: endpoint() });
    // More than a batch, so that it goes before the end.
    const requests = 600;
    for (let count = 0; count < requests; count += 1) telemetry.record(anArrival()).end(1080);
    await telemetry.shutdown();

    const page = (await telemetry.scrape(undefined)).body;
    expect(valueOn(page, metrics.spansExported.name)).toBe(0);
    expect(valueOn(page, `${metrics.spansDropped.name}{reason="refused"}`)).toBe(requests);
    expect(logLines().filter((line) => !isOfARequest(line))).toMatchObject([
      { level: 'warn', reason: 'OTLPExporterError 401 Unauthorized' },
    ]);
  });

  function isOfARequest(line: unknown): boolean {
    return typeof line === 'object' && line !== null && 'request_id' in line;
  }
});

describe('a start', () => {
  it('fails where the collector is no URL', async () => {
    await expect(start({ otlpEndpoint: 'no url' })).rejects.toThrow('Invalid URL');
  });
});
