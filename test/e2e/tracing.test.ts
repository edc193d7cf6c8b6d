import { describe, expect, it } from 'vitest';

import { decodeGaps } from '../../telemetry/gap-code.ts';
import { metrics } from '../../telemetry/semconv.ts';
import { attributes } from '../../telemetry/span-attributes.ts';
import type { LiveCollector } from '../support/live/collector.ts';
import { aCollector } from '../support/live/collector.ts';
import type { HouseOptions, LiveHouse } from '../support/live/house.ts';
import { aHouse } from '../support/live/house.ts';
import type { ReadSpan } from '../support/live/otlp-reader.ts';
import { postJson } from '../support/live/raw.ts';
import { until } from '../support/live/until.ts';

const TOKENS = 24;

/** A house whose good requests nobody traces, and whose first tokens are all late by a millisecond's standard. */
function aHouseThatKeepsTheSlow(
  collector: LiveCollector,
  options: HouseOptions = {},
): Promise<LiveHouse> {
  return aHouse({
    ...options,
    settings: {
      routing: { goodFirstTokenMs: 1 },
      telemetry: { otlpEndpoint: collector.url, sampleRatio: 0 },
    },
  });
}

async function stream(
  { gateway, replica }: LiveHouse,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const answer = await postJson(
    `${gateway.url}/v1/completions`,
    { model: replica.model, prompt: 'The sea', max_tokens: TOKENS, ignore_eos: true, stream: true },
    headers,
  );
  expect(await answer.text()).toContain('[DONE]');
  await gateway.empty();
}

/** The server span of a request, once it has come. */
function serverSpan(collector: LiveCollector, requestId: string): Promise<ReadSpan> {
  return until(`the span of ${requestId} has come`, () =>
    collector.spans.find(({ attributes: told }) => told[attributes.requestId] === requestId),
  );
}

describe('a slow bucket', () => {
  it('leads by its exemplar to the trace, and by the trace to the receipt', async () => {
    await using collector = await aCollector();
    await using house = await aHouseThatKeepsTheSlow(collector, { replicas: [{}, {}] });
    const { adminUrl } = house.gateway;
    await stream(house, { 'x-request-id': 'the-slow-one' });

    const page = await (
      await fetch(`${adminUrl}/metrics`, { headers: { accept: 'application/openmetrics-text' } })
    ).text();
    const [, traceId] =
      new RegExp(`^${metrics.timeToFirstToken.name}_bucket.* # \\{trace_id="(\\w+)"\\}`, 'mu').exec(
        page,
      ) ?? [];
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);

    const server = await serverSpan(collector, 'the-slow-one');
    expect(server.traceId).toBe(traceId);
    expect(server.attributes[attributes.traceDecision]).toBe('slow');

    const requestId = String(server.attributes[attributes.requestId]);
    const told = await (await fetch(`${adminUrl}/admin/decisions/${requestId}`)).json();
    const attempt = collector.spans.find(({ parentSpanId }) => parentSpanId === server.spanId);
    expect(told).toMatchObject({
      decisions: [
        {
          requestId,
          policy: server.attributes[attributes.routePolicy],
          replica: attempt?.attributes[attributes.replica],
          reason: server.attributes[attributes.routeReason],
        },
      ],
    });
  });
});

describe('the spans of a stream', () => {
  it('tell of every token, on which NUMA node, and what the pick cost, in two spans', async () => {
    await using collector = await aCollector();
    await using house = await aHouseThatKeepsTheSlow(collector, {
      replicaSettings: () => ({ numaNode: 1 }),
    });
    await stream(house, { 'x-request-id': 'the-one' });

    const { spanId, attributes: told } = await serverSpan(collector, 'the-one');
    const gaps = decodeGaps(String(told[attributes.gaps]));
    expect(gaps?.firstGapsMs).toHaveLength(TOKENS - 1);
    const sumMs = gaps?.firstGapsMs.reduce((sum, gapMs) => sum + gapMs, 0) ?? Number.NaN;
    const perTokenMs = Number(told[attributes.timePerOutputToken]) * 1000;
    expect(sumMs).toBeCloseTo((TOKENS - 1) * perTokenMs, 0);
    const counts = told[attributes.gapCounts] as readonly number[];
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(TOKENS - 1);
    expect(told[attributes.routeCostTotal]).toBeGreaterThanOrEqual(0);
    expect(told).toHaveProperty('gateway.route.cost.prefill_wait');

    const children = collector.spans.filter(({ parentSpanId }) => parentSpanId === spanId);
    expect(children.map(({ attributes: of }) => of[attributes.numaNode])).toEqual([1]);
    expect(collector.spans).toHaveLength(2);
  });
});

describe('a request that nobody asked to trace', () => {
  it('is traced where it failed, and counted where it went well', async () => {
    await using collector = await aCollector();
    await using house = await aHouse({
      settings: { telemetry: { otlpEndpoint: collector.url, sampleRatio: 0 } },
    });
    await stream(house, { 'x-request-id': 'the-good-one' });
    await house.replica.fails({ kind: 'status', status: 500 });
    const answer = await postJson(
      `${house.gateway.url}/v1/completions`,
      { model: house.replica.model, prompt: 'The sea', max_tokens: TOKENS },
      { 'x-request-id': 'the-failed-one' },
    );
    expect(answer.status).toBe(500);
    await answer.text();

    const server = await serverSpan(collector, 'the-failed-one');
    expect(server.attributes[attributes.traceDecision]).toBe('failed');
    expect(collector.spans.map(({ traceId }) => traceId)).toEqual([server.traceId, server.traceId]);
    expect(await house.gateway.counted('traces', { decision: 'passed_over' })).toBe(1);
    expect(await house.gateway.counted('traces', { decision: 'failed' })).toBe(1);
  });
});

describe("a caller's trace state", () => {
  it.each([
    [512, true],
    [513, false],
  ])('of %i characters goes on to the engine: %s', async (characters, isPassedOn) => {
    await using collector = await aCollector();
    await using house = await aHouse({ settings: { telemetry: { otlpEndpoint: collector.url } } });
    const tracestate = `vendor=${'x'.repeat(characters - 'vendor='.length)}`;
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await stream(house, { traceparent, tracestate });

    const [received] = await house.replica.received();
    expect(received?.headers['tracestate']).toBe(isPassedOn ? tracestate : undefined);
  });
});
