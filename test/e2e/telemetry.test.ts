import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

import { metrics } from '../../telemetry/semconv.ts';
import { attributes } from '../../telemetry/span-attributes.ts';
import { parseTraceparent } from '../../telemetry/trace-context.ts';
import { readStream } from '../support/live/answers.ts';
import type { LiveCollector } from '../support/live/collector.ts';
import { aCollector } from '../support/live/collector.ts';
import type { HouseOptions, LiveHouse } from '../support/live/house.ts';
import { aHouse } from '../support/live/house.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import type { ReadSpan } from '../support/live/otlp-reader.ts';
import { aPrometheus, hasPrometheus } from '../support/live/prometheus.ts';
import { postJson } from '../support/live/raw.ts';
import { SmiProgram } from '../support/live/smi-program.ts';
import { until } from '../support/live/until.ts';

const TOKENS = 12;
const caller = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const sampledCaller = `00-${caller.traceId}-${caller.spanId}-01`;

/** Attempts find no fault before a request does, and take no replica out. */
const unwatched = {
  loadIntervalMs: 60_000,
  healthIntervalMs: 60_000,
  failuresMax: 1000,
};

function stream(house: LiveHouse, headers: Readonly<Record<string, string>> = {}) {
  const body = withExtras({
    model: house.replica.model,
    messages: [{ role: 'user' as const, content: 'Tell me of the sea' }],
    max_tokens: TOKENS,
    stream: true as const,
  });
  return readStream(openAi(house.gateway).chat.completions.create(body, { headers }));
}

/** The first so many spans, server spans first. */
function collected(collector: LiveCollector, count: number): Promise<readonly ReadSpan[]> {
  return until(`${count} spans have come`, () => {
    const { spans } = collector;
    return spans.length >= count && spans.toSorted((one, other) => one.kind - other.kind);
  });
}

function milliseconds({ startNs, endNs }: ReadSpan): number {
  return Number(endNs - startNs) / 1e6;
}

describe('the trace of a request', () => {
  it("runs from the caller's span over the server span and the attempt's to the engine", async () => {
    await using collector = await aCollector();
    await using house = await aHouse({ settings: { telemetry: { otlpEndpoint: collector.url } } });

    const { text, thrown } = await stream(house, {
      traceparent: sampledCaller,
      tracestate: 'vendor=1',
      'x-request-id': 'a-request-of-mine',
    });
    expect(thrown).toBeUndefined();
    expect(text).not.toBe('');

    const [server, client] = await collected(collector, 2);
    const [received] = await house.replica.received();
    expect(server).toMatchObject({
      ...caller,
      spanId: server?.spanId,
      parentSpanId: caller.spanId,
    });
    expect(client).toMatchObject({ traceId: caller.traceId, parentSpanId: server?.spanId });
    expect(parseTraceparent(received?.headers['traceparent'])).toEqual({
      traceId: caller.traceId,
      spanId: client?.spanId,
      sampled: true,
    });
    expect(received?.headers['tracestate']).toBe('vendor=1');
    expect(server?.attributes[attributes.requestId]).toBe('a-request-of-mine');
  });

  it('tells times that fit into each other, and the tokens that the engine counted', async () => {
    await using collector = await aCollector();
    await using house = await aHouse({ settings: { telemetry: { otlpEndpoint: collector.url } } });
    const beforeMs = Date.now();

    await stream(house);

    const [server, client] = await collected(collector, 2);
    if (server === undefined || client === undefined) throw new Error('two spans have come');
    expect(client.startNs).toBeGreaterThanOrEqual(server.startNs);
    expect(client.endNs).toBeLessThanOrEqual(server.endNs);
    // Wall times are those of a clock that ticks in milliseconds.
    expect(Number(server.startNs / 1_000_000n)).toBeGreaterThanOrEqual(beforeMs - 2);
    expect(Number(server.endNs / 1_000_000n)).toBeLessThanOrEqual(Date.now() + 2);
    expect(client.attributes).toMatchObject({
      [attributes.operation]: 'chat',
      [attributes.provider]: 'vllm',
      [attributes.model]: house.replica.model,
      [attributes.streamed]: true,
      [attributes.serverAddress]: '127.0.0.1',
      [attributes.serverPort]: Number(new URL(house.replica.url).port),
      [attributes.outputTokens]: TOKENS,
      [attributes.finishReasons]: ['length'],
    });
    const firstTokenMs = Number(server.attributes[attributes.timeToFirstToken]) * 1000;
    const perTokenMs = Number(server.attributes[attributes.timePerOutputToken]) * 1000;
    expect(firstTokenMs).toBeGreaterThan(0);
    expect(firstTokenMs + (TOKENS - 1) * perTokenMs).toBeLessThanOrEqual(milliseconds(server));
  });

  it('has a span for each attempt, the failed one and the one that made it good', async () => {
    await using collector = await aCollector();
    await using house = await aHouse({
      replicas: [{}, {}],
      settings: { discovery: unwatched, telemetry: { otlpEndpoint: collector.url } },
    });
    await house.replica.fails({ kind: 'status', status: 503 });

    let requests = 0;
    do {
      requests += 1;
      await stream(house);
    } while ((await house.replica.received()).length === 0 && requests < 30);

    const spans = await collected(collector, 2 * requests + 1);
    const failed = spans.find(({ kind, isError }) => kind === 3 && isError);
    const attempts = spans.filter(
      ({ parentSpanId, kind }) => kind === 3 && parentSpanId === failed?.parentSpanId,
    );
    const server = spans.find(({ spanId }) => spanId === failed?.parentSpanId);
    expect(server).toMatchObject({ kind: 2, isError: false, parentSpanId: '' });
    expect(server?.attributes[attributes.attempts]).toBe(2);
    expect(attempts.map(({ attributes: told }) => told[attributes.attempt])).toEqual([1, 2]);
    expect(attempts.map(({ attributes: told }) => told[attributes.replica])).toEqual(
      house.replicas.map(({ id }) => id),
    );
    expect(failed?.attributes[attributes.error]).toBeDefined();
  });

  it('is not kept where the caller does not keep it, and goes on to the engine all the same', async () => {
    await using collector = await aCollector();
    await using house = await aHouse({ settings: { telemetry: { otlpEndpoint: collector.url } } });

    await stream(house, { traceparent: sampledCaller.replace(/01$/, '00') });
    await house.gateway.empty();
    await stream(house);

    const spans = await collected(collector, 2);
    const [unsampled, sampled] = await house.replica.received();
    expect(parseTraceparent(unsampled?.headers['traceparent'])).toMatchObject({
      traceId: caller.traceId,
      sampled: false,
    });
    expect(parseTraceparent(sampled?.headers['traceparent'])?.sampled).toBe(true);
    expect(spans.filter(({ traceId }) => traceId === caller.traceId)).toEqual([]);
  });
});

describe('a collector that is not there', () => {
  it('holds up no request and no end of the gateway, and its spans are counted', async () => {
    await using collector = await aCollector();
    const { url } = collector;
    await collector[Symbol.asyncDispose]();
    await using house = await aHouse({ settings: { telemetry: { otlpEndpoint: url } } });

    expect((await stream(house)).thrown).toBeUndefined();
    await until('the spans are given up', async () => {
      return (await house.gateway.counted('spansDropped', { reason: 'unreachable' })) === 2;
    });
    expect((await stream(house)).thrown).toBeUndefined();
    const startMs = performance.now();
    await house.gateway[Symbol.asyncDispose]();
    expect(performance.now() - startMs).toBeLessThan(8_000);
  });
});

describe('the page of metrics', () => {
  const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

  async function pageOf(house: LiveHouse, accept: string): Promise<string> {
    const answer = await fetch(`${house.gateway.adminUrl}/metrics`, { headers: { accept } });
    expect(answer.headers.get('content-type')).toContain(accept);
    return answer.text();
  }

  /** An answer that streams, one that does not, and some that are refused. */
  async function traffic(house: LiveHouse): Promise<void> {
    const url = `${house.gateway.url}/v1/completions`;
    const body = {
      model: house.replica.model,
      prompt: 'The sea',
      max_tokens: TOKENS,
      ignore_eos: true,
    };
    await stream(house);
    for (const [one, status] of [
      [body, 200],
      [{ ...body, model: 'no-such-model' }, 404],
      [{ ...body, prompt: undefined }, 400],
    ] as const) {
      const answer = await postJson(url, one);
      await answer.text();
      expect(answer.status).toBe(status);
    }
    await house.gateway.empty();
  }

  /** A GPU that serves, with a warning. */
  function aWornGpu(): SmiProgram {
    const smi = new SmiProgram(1);
    smi.change(0, { 'remapped_rows.pending': 'Yes' });
    return smi;
  }

  function onGpu({ path, kernelLog }: SmiProgram, settings: object = {}): HouseOptions {
    const gpuHealth = { intervalMs: 100, nvidiaSmi: path, kernelLog };
    return { replicaSettings: () => ({ gpus: ['0'] }), settings: { ...settings, gpuHealth } };
  }

  async function gpusAreRead({ gateway }: LiveHouse): Promise<void> {
    await until('the GPU is read', async () => (await gateway.counted('gpuFindings')) === 1);
  }

  it.skipIf(!hasPromtool)('leaves promtool nothing to say (needs Debian prometheus)', async () => {
    using smi = aWornGpu();
    await using house = await aHouse(onGpu(smi));
    await traffic(house);
    await gpusAreRead(house);

    const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], {
      input: await pageOf(house, 'text/plain'),
    });
    expect(`${stdout.toString()}${stderr.toString()}`).toBe('');
    expect(status).toBe(0);
  });

  it('counts a request once, under what became of it', async () => {
    await using house = await aHouse();
    await traffic(house);

    expect(await house.gateway.counted('requests')).toBe(4);
    expect(await house.gateway.counted('requests', { http_response_status_code: '200' })).toBe(2);
    expect(await house.gateway.counted('attempts', { replica: house.replica.id })).toBe(2);
    expect(await house.gateway.counted('outputTokens', { source: 'usage' })).toBe(2 * TOKENS);
    expect(await house.gateway.counted('openRequests')).toBe(0);
    expect(await pageOf(house, 'text/plain')).not.toContain('no-such-model');
  });

  it.skipIf(!hasPrometheus)(
    'is what Prometheus reads, with the way to a trace (needs Debian prometheus)',
    async () => {
      await using collector = await aCollector();
      using smi = aWornGpu();
      await using house = await aHouse(onGpu(smi, { telemetry: { otlpEndpoint: collector.url } }));
      await traffic(house);
      await gpusAreRead(house);
      await using prometheus = await aPrometheus(house.gateway.adminUrl, 'numagate');
      const requests = `sum(${metrics.requests.name})`;

      expect(await until('it is scraped', () => prometheus.scrapeError())).toBe('');
      await until('requests are there', async () => (await prometheus.query(requests))[0] === 4);
      // A rate needs two scrapes with something between them.
      await stream(house);
      const rate = `sum(rate(${metrics.requests.name}[1m]))`;
      await until('there is a rate', async () => ((await prometheus.query(rate))[0] ?? 0) > 0);

      const kept = new Set(collector.spans.map(({ traceId }) => traceId));
      const traces = await prometheus.traceIds(`${metrics.timeToFirstToken.name}_bucket`);
      expect(traces.length).toBeGreaterThan(0);
      await until('their spans have come', () => {
        for (const { traceId } of collector.spans) kept.add(traceId);
        return traces.every((traceId) => kept.has(traceId));
      });
    },
  );
});

describe('an exemplar on the page of metrics', () => {
  async function exemplarsOf({ gateway }: LiveHouse): Promise<readonly string[]> {
    const accept = 'application/openmetrics-text';
    const answer = await fetch(`${gateway.adminUrl}/metrics`, { headers: { accept } });
    const lines = (await answer.text()).split('\n');
    return lines
      .filter((line) => line.startsWith(`${metrics.timeToFirstToken.name}_bucket`))
      .flatMap((line) => /# \{trace_id="([0-9a-f]{32})"\}/u.exec(line)?.[1] ?? []);
  }

  it('leads to its trace, and that to the receipt of the decision', async () => {
    await using collector = await aCollector();
    await using house = await aHouse({
      replicas: [{}, {}],
      settings: { telemetry: { otlpEndpoint: collector.url } },
    });
    await stream(house, { 'x-request-id': 'to-be-found' });
    await house.gateway.empty();

    const [traceId] = await exemplarsOf(house);
    const [server, client] = await collected(collector, 2);
    expect(server).toMatchObject({ traceId, kind: 2 });
    expect(client).toMatchObject({ traceId, parentSpanId: server?.spanId });

    const requestId = String(server?.attributes[attributes.requestId]);
    const answer = await fetch(`${house.gateway.adminUrl}/admin/decisions/${requestId}`);
    expect(requestId).toBe('to-be-found');
    expect(await answer.json()).toMatchObject({
      decisions: [
        { requestId, replica: client?.attributes[attributes.replica], outcome: { status: 200 } },
      ],
    });
  });
});
