import type { ExportResult } from '@opentelemetry/core';
import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  FLUSH_INTERVAL_MS,
  POST_TIMEOUT_MS,
  SpanExporter,
  SPANS_WAITING_MAX,
  tracesUrl,
} from '../../telemetry/span-exporter.ts';
import { aDestination, aRecord, aTrace } from '../support/records.ts';

/** A post under way, which the test answers in the collector's place. */
interface Post {
  readonly spans: readonly ReadableSpan[];
  readonly done: (result: ExportResult) => void;
}

const { posts, opened } = vi.hoisted(() => ({
  posts: [] as Post[],
  opened: [] as unknown[],
}));

vi.mock('@opentelemetry/exporter-trace-otlp-proto', () => ({
  OTLPTraceExporter: class {
    constructor(options: unknown) {
      opened.push(options);
    }

    export(spans: readonly ReadableSpan[], done: Post['done']): void {
      posts.push({ spans, done });
    }

    forceFlush(): Promise<void> {
      return Promise.resolve();
    }

    shutdown(): Promise<void> {
      return Promise.resolve();
    }
  },
}));

const taken: ExportResult = { code: ExportResultCode.SUCCESS };
const unreachable: ExportResult = {
  code: ExportResultCode.FAILED,
  error: new Error('ECONNREFUSED'),
};
const refused: ExportResult = {
  code: ExportResultCode.FAILED,
  error: Object.assign(new Error('Bad Request'), { code: 400 }),
};

const options = {
  serviceName: 'numagate',
  version: '1.2.3',
  instanceId: 'one',
  otlpEndpoint: 'http://collector.test:4318',
};
const times = { endMs: 1080, wallOffsetMs: 0 };

let exporter: SpanExporter;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  posts.length = 0;
  opened.length = 0;
  exporter = new SpanExporter(options);
});

afterEach(() => {
  vi.useRealTimers();
});

function add(count = 1): void {
  for (let index = 0; index < count; index += 1) {
    exporter.add(aRecord({ trace: aTrace() }), times);
  }
}

async function answer(result: ExportResult): Promise<void> {
  posts.shift()?.done(result);
  await vi.advanceTimersByTimeAsync(0);
}

async function flushed(result: ExportResult): Promise<void> {
  await vi.advanceTimersByTimeAsync(FLUSH_INTERVAL_MS);
  await answer(result);
}

describe('spans', () => {
  it('wait for company, and go together', async () => {
    add(3);
    await vi.advanceTimersByTimeAsync(FLUSH_INTERVAL_MS - 1);
    expect(posts).toHaveLength(0);

    await vi.advanceTimersByTimeAsync(1);
    expect(posts.map(({ spans }) => spans.length)).toEqual([3]);
    await answer(taken);

    expect(exporter.exportedSpans).toBe(3);
    expect(exporter.droppedSpans).toEqual({ noRoom: 0, refused: 0, unreachable: 0 });
  });

  it('count each attempt of a request', async () => {
    const record = aRecord({ trace: aTrace() });
    record.attempt(aDestination()).end(1010, 'engine_unreachable');
    record.attempt(aDestination()).end(1070);
    exporter.add(record, times);
    await flushed(taken);

    expect(exporter.exportedSpans).toBe(3);
  });

  it('of requests that are not sampled, or stand in no trace, are not made', async () => {
    exporter.add(aRecord({ trace: aTrace({ sampled: false }) }), times);
    exporter.add(aRecord(), times);
    await vi.advanceTimersByTimeAsync(FLUSH_INTERVAL_MS);

    expect(posts).toHaveLength(0);
  });

  it('tell whose they are', async () => {
    add();
    await vi.advanceTimersByTimeAsync(FLUSH_INTERVAL_MS);

    const [span] = posts[0]?.spans ?? [];
    expect(span?.resource.attributes).toEqual({
      'service.name': 'numagate',
      'service.version': '1.2.3',
      'service.instance.id': 'one',
    });
    expect(span?.instrumentationScope).toEqual({ name: 'numagate', version: '1.2.3' });
  });

  it('go at once when a batch is full', () => {
    add(511);
    expect(posts).toHaveLength(0);
    add(1);
    expect(posts.map(({ spans }) => spans.length)).toEqual([512]);
  });
});

describe('spans that the collector', () => {
  it('refuses are lost, and counted', async () => {
    add(2);
    await flushed(refused);

    expect(exporter.exportedSpans).toBe(0);
    expect(exporter.droppedSpans).toEqual({ noRoom: 0, refused: 2, unreachable: 0 });
  });

  it('does not get on any try are lost, and counted', async () => {
    add(2);
    await flushed(unreachable);

    expect(exporter.droppedSpans).toEqual({ noRoom: 0, refused: 0, unreachable: 2 });
  });

  it('takes after a failure are counted as before', async () => {
    add(2);
    await flushed(unreachable);
    add(3);
    await flushed(taken);

    expect(exporter.exportedSpans).toBe(3);
  });
});

describe('a collector that is too slow', () => {
  it('has a bounded number of spans waiting; one more is dropped, and counted', async () => {
    add(SPANS_WAITING_MAX);
    expect(exporter.droppedSpans.noRoom).toBe(0);
    add(1);
    expect(exporter.droppedSpans.noRoom).toBe(1);

    // What it takes makes room again.
    await answer(taken);
    add(1);
    expect(exporter.droppedSpans.noRoom).toBe(1);
  });

  it('loses nothing that was counted as waiting', async () => {
    add(SPANS_WAITING_MAX);
    while (posts.length > 0) {
      await answer(taken);
      if (posts.length === 0) await vi.advanceTimersByTimeAsync(FLUSH_INTERVAL_MS);
    }

    expect(exporter.exportedSpans).toBe(SPANS_WAITING_MAX);
  });
});

describe('closing', () => {
  it('posts what is left and waits for the answer', async () => {
    add(2);
    let isClosed = false;
    const closing = exporter.close().then(() => {
      isClosed = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(posts).toHaveLength(1);
    expect(isClosed).toBe(false);

    await answer(taken);
    await closing;

    expect(exporter.exportedSpans).toBe(2);
  });

  it('with nothing left is done at once', async () => {
    await exporter.close();

    expect(posts).toHaveLength(0);
  });

  it('waits no longer than for one post', async () => {
    add(2);
    let isClosed = false;
    const closing = exporter.close().then(() => {
      isClosed = true;
    });
    await vi.advanceTimersByTimeAsync(POST_TIMEOUT_MS - 1);
    expect(isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await closing;
  });

  it('survives a collector that fails then', async () => {
    add(2);
    const closing = exporter.close();
    await vi.advanceTimersByTimeAsync(0);
    await answer(unreachable);
    await closing;

    expect(exporter.droppedSpans.unreachable).toBe(2);
  });
});

describe('the URL of traces', () => {
  it.each([
    ['http://127.0.0.1:4318', 'http://127.0.0.1:4318/v1/traces'],
    ['http://127.0.0.1:4318/', 'http://127.0.0.1:4318/v1/traces'],
    ['https://collector.test/otlp', 'https://collector.test/otlp/v1/traces'],
    ['https://collector.test/otlp/v1/traces', 'https://collector.test/otlp/v1/traces'],
    ['https://collector.test/v1/traces/?key=1', 'https://collector.test/v1/traces?key=1'],
  ])('of %s is %s', (endpoint, url) => {
    expect(tracesUrl(endpoint)).toBe(url);
  });

  it('and the headers are those of the exporter, with a bound on its time', () => {
    opened.length = 0;
    exporter = new SpanExporter({ ...options, otlpHeaders: { 'x-key': 'secret' } });

    expect(opened).toEqual([
      {
        url: 'http://collector.test:4318/v1/traces',
        headers: { 'x-key': 'secret' },
        timeoutMillis: POST_TIMEOUT_MS,
      },
    ]);
  });

  it('of what is no URL is an error', () => {
    expect(() => tracesUrl('no url')).toThrow('Invalid URL');
  });
});
