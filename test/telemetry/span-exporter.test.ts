import type { ExportResult } from '@opentelemetry/core';
import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  FLUSH_INTERVAL_MS,
  POST_TIMEOUT_MS,
  SpanExporter,
  SPANS_WAITING_MAX,
} from '../../telemetry/span-exporter.ts';
import type { Recorder } from '../../telemetry/recorder.ts';
import { LogNotes } from '../support/log-notes.ts';
import { aDestination, aRecord, aTrace, spanTerms } from '../support/records.ts';

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

    readonly #underWay: Promise<void>[] = [];

    export(spans: readonly ReadableSpan[], done: Post['done']): void {
      const answered = new Promise<void>((resolve) => {
        posts.push({
          spans,
          done: (result) => {
            done(result);
            resolve();
          },
        });
      });
      this.#underWay.push(answered);
    }

    async forceFlush(): Promise<void> {
      await Promise.all(this.#underWay);
    }

    shutdown(): Promise<void> {
      return this.forceFlush();
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

let exporter: SpanExporter;
let log: LogNotes;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  posts.length = 0;
  opened.length = 0;
  log = new LogNotes();
  exporter = new SpanExporter(options, log);
});

afterEach(() => {
  vi.useRealTimers();
});

function add(count = 1): void {
  for (let index = 0; index < count; index += 1) {
    exporter.add(aRecord({ trace: aTrace() }), spanTerms());
  }
}

/** A record of which no span can be made. */
function aBrokenRecord(): Recorder {
  const record = aRecord({ trace: aTrace() });
  return Object.defineProperty(record, 'tenant', {
    get() {
      throw new Error('a bug of ours');
    },
  });
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
    exporter.add(record, spanTerms());
    await flushed(taken);

    expect(exporter.exportedSpans).toBe(3);
  });

  it('of requests that are passed over, or stand in no trace, are not made', async () => {
    exporter.add(aRecord({ trace: aTrace() }), spanTerms({ decision: 'passed_over' }));
    exporter.add(aRecord(), spanTerms());
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

  it.each([
    [2, 3, 2],
    [5, 0, 5],
    [1e9, 0, 5],
  ])('takes but for %i are counted on both sides', async (rejectedSpans, taken5, refused5) => {
    add(5);
    await vi.advanceTimersByTimeAsync(FLUSH_INTERVAL_MS);
    diag.warn('Received Partial Success response:', JSON.stringify({ rejectedSpans }));
    await answer(taken);

    expect(exporter.exportedSpans).toBe(taken5);
    expect(exporter.droppedSpans.refused).toBe(refused5);
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

  it('takes a request with all its spans or with none', () => {
    add(SPANS_WAITING_MAX - 1);
    const record = aRecord({ trace: aTrace() });
    record.attempt(aDestination()).end(1070);
    exporter.add(record, spanTerms());
    expect(exporter.droppedSpans.noRoom).toBe(2);

    add(1);
    expect(exporter.droppedSpans.noRoom).toBe(2);
  });

  it('has no spans made for it that there is no room for', () => {
    add(SPANS_WAITING_MAX);

    expect(() => exporter.add(aBrokenRecord(), spanTerms())).not.toThrow();
    expect(exporter.droppedSpans.noRoom).toBe(1);
  });

  it('loses no room to a record that breaks', () => {
    expect(() => exporter.add(aBrokenRecord(), spanTerms())).toThrow('a bug of ours');
    add(SPANS_WAITING_MAX);

    expect(exporter.droppedSpans.noRoom).toBe(0);
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

describe('what fails', () => {
  it('is said in the log once, however often it fails', async () => {
    for (let batch = 0; batch < 5; batch += 1) {
      add();
      await flushed(unreachable);
    }

    expect(log.notes).toMatchObject([{ level: 'warn', fields: { reason: 'Error ECONNREFUSED' } }]);
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

    expect(exporter.droppedSpans.unreachable).toBe(2);
    await answer(taken);
    expect(exporter.exportedSpans, 'a span is counted once').toBe(0);
  });

  it('leaves one batch time though another fails', async () => {
    add(513);
    let isClosed = false;
    const closing = exporter.close().then(() => {
      isClosed = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    const [underWay, rest] = posts;
    rest?.done(refused);
    await vi.advanceTimersByTimeAsync(0);
    expect(isClosed).toBe(false);
    underWay?.done(taken);
    await closing;

    expect(exporter.droppedSpans).toEqual({ noRoom: 0, refused: 1, unreachable: 0 });
    expect(exporter.exportedSpans).toBe(512);
  });

  it('waits for a batch that is under way', async () => {
    add(2);
    await vi.advanceTimersByTimeAsync(FLUSH_INTERVAL_MS);
    const closing = exporter.close();
    await vi.advanceTimersByTimeAsync(0);
    await answer(taken);
    await closing;

    expect(exporter.exportedSpans).toBe(2);
  });

  it('counts what comes later as lost', async () => {
    const closing = exporter.close();
    add(3);
    await closing;

    expect(exporter.droppedSpans.noRoom).toBe(3);
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

describe('the way to the collector', () => {
  it('has the headers of the settings, and a bound on its time', () => {
    opened.length = 0;
    exporter = new SpanExporter({ ...options, otlpHeaders: { 'x-key': 'secret' } }, log);

    expect(opened).toEqual([
      {
        url: 'http://collector.test:4318/v1/traces',
        headers: { 'x-key': 'secret' },
        timeoutMillis: POST_TIMEOUT_MS,
      },
    ]);
  });
});
