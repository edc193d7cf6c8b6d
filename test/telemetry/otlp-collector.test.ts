import type { ExportResult } from '@opentelemetry/core';
import { ExportResultCode } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCollector, type SettledBatch, tracesUrl } from '../../telemetry/otlp-collector.ts';
import { SdkWarnings } from '../../telemetry/sdk-warnings.ts';
import { spansOf } from '../../telemetry/spans.ts';
import { readSpans } from '../support/live/otlp-reader.ts';
import { LogNotes } from '../support/log-notes.ts';
import { aTrace, anAnsweredRecord, spanTerms } from '../support/records.ts';

describe('the URL of traces', () => {
  it.each([
    ['http://127.0.0.1:4318', 'http://127.0.0.1:4318/v1/traces'],
    ['http://127.0.0.1:4318/', 'http://127.0.0.1:4318/v1/traces'],
    ['https://collector.test/otlp', 'https://collector.test/otlp/v1/traces'],
    ['https://collector.test/otlp?tenant=a', 'https://collector.test/otlp/v1/traces?tenant=a'],
    ['https://collector.test/v1/traces', 'https://collector.test/v1/traces'],
    ['https://collector.test/v1/traces/?key=1', 'https://collector.test/v1/traces?key=1'],
  ])('of %s is %s', (endpoint, url) => {
    expect(tracesUrl(endpoint)).toBe(url);
  });

  it('of what is no URL is an error', () => {
    expect(() => tracesUrl('no url')).toThrow('Invalid URL');
  });
});

describe('a batch', () => {
  interface Seen {
    readonly request: IncomingMessage;
    readonly body: Buffer;
  }

  const none: SettledBatch = { taken: 0, refused: 0, unreachable: 0 };
  const record = anAnsweredRecord({ trace: aTrace() });
  const spans = spansOf(record, aTrace(), spanTerms({ wallOffsetMs: 1_700_000_000_000 }), {
    resource: resourceFromAttributes({ 'service.name': 'numagate' }),
    scope: { name: 'x' },
  });

  let server: Server;
  let seen: Seen[];
  let sockets: number;
  let settled: SettledBatch[];
  let answer: (response: ServerResponse, request: IncomingMessage) => void;

  beforeEach(async () => {
    seen = [];
    settled = [];
    sockets = 0;
    answer = (response) => response.end();
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({ request, body: Buffer.concat(chunks) });
        answer(response, request);
      });
    });
    server.on('connection', () => {
      sockets += 1;
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Tries end soon: the first pause between two of them is longer than this. */
  function collectorAt(endpoint: string, timeoutMs = 500): SpanExporter {
    const warnings = new SdkWarnings(new LogNotes());
    return openCollector({
      endpoint,
      headers: { authorization: 'Bearer secret' },
      timeoutMs,
      takeRejectedSpans: () => warnings.takeRejectedSpans(),
      settled: (batch) => settled.push(batch),
    });
  }

  function url(): string {
    const address = server.address();
    return typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : '';
  }

  function sent(collector = collectorAt(url())): Promise<ExportResult> {
    return new Promise((resolve) => {
      collector.export([...spans], resolve);
    });
  }

  function answers(status: number, headers: Record<string, string> = {}, body?: Uint8Array): void {
    answer = (response) => response.writeHead(status, headers).end(body);
  }

  it('carries the spans, their type and the headers of the settings', async () => {
    expect((await sent()).code).toBe(ExportResultCode.SUCCESS);

    expect(settled).toEqual([{ ...none, taken: 2 }]);
    expect(seen.map(({ request }) => request)).toMatchObject([
      {
        method: 'POST',
        url: '/v1/traces',
        headers: { 'content-type': 'application/x-protobuf', authorization: 'Bearer secret' },
      },
    ]);
  });

  it('says on the wire what the record says', async () => {
    await sent();

    const [server, client] = readSpans(seen[0]?.body ?? Buffer.alloc(0));
    expect(server).toMatchObject({
      traceId: aTrace().traceId,
      spanId: aTrace().spanId,
      parentSpanId: '',
      kind: 2,
      startNs: 1_700_000_001_000_000_000n,
      endNs: 1_700_000_001_080_000_000n,
      isError: false,
      attributes: { 'http.response.status_code': 200, 'gateway.time_to_first_token': 0.02 },
    });
    expect(client).toMatchObject({
      spanId: record.lastAttempt?.spanId,
      parentSpanId: aTrace().spanId,
      kind: 3,
      attributes: { 'gen_ai.request.stream': true, 'gen_ai.response.finish_reasons': ['stop'] },
    });
  });

  it('goes over the connection of the batch before it', async () => {
    const collector = collectorAt(url());
    for (let count = 0; count < 3; count += 1) await sent(collector);

    expect(seen).toHaveLength(3);
    expect(sockets).toBe(1);
  });

  it.each([
    [1, { taken: 1, refused: 1, unreachable: 0 }],
    [2, { taken: 0, refused: 2, unreachable: 0 }],
    [99, { taken: 0, refused: 2, unreachable: 0 }],
  ])('of which %i are rejected is taken in part', async (rejected, outcome) => {
    answers(200, {}, Uint8Array.of(0x0a, 2, 0x08, rejected));
    await sent();

    expect(settled).toEqual([outcome]);
  });

  it('is taken though the answer makes no sense', async () => {
    answers(200, {}, new TextEncoder().encode('<html>200</html>'));
    await sent();

    expect(settled).toEqual([{ ...none, taken: 2 }]);
  });

  it.each([400, 401, 404, 413, 500])('that is answered with %i is refused', async (status) => {
    answers(status, {}, new TextEncoder().encode('a page'));
    await sent();

    expect(seen).toHaveLength(1);
    expect(settled).toEqual([{ ...none, refused: 2 }]);
  });

  it.each([429, 502, 503, 504])('that is always answered with %i is not taken', async (status) => {
    answers(status);
    await sent();

    expect(settled).toEqual([{ ...none, unreachable: 2 }]);
  });

  it('is sent again, byte for byte, to a collector that was busy', async () => {
    const now = { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' };
    answer = (response) => {
      response.writeHead(seen.length === 1 ? 503 : 200, now).end();
    };
    await sent();

    expect(seen).toHaveLength(2);
    expect(seen[1]?.body).toEqual(seen[0]?.body);
    expect(settled).toEqual([{ ...none, taken: 2 }]);
  });

  it('does not reach a collector that hangs up', async () => {
    answer = (_, request) => request.socket.destroy();
    await sent();

    expect(settled).toEqual([{ ...none, unreachable: 2 }]);
  });

  it('does not reach a collector that never answers', async () => {
    answer = () => {};
    await sent(collectorAt(url(), 50));

    expect(settled).toEqual([{ ...none, unreachable: 2 }]);
  });

  it('does not reach a collector that is not there', async () => {
    const gone = url();
    await new Promise((resolve) => {
      server.close(resolve);
    });
    await sent(collectorAt(gone));

    expect(settled).toEqual([{ ...none, unreachable: 2 }]);
  });
});
