import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OtlpPost, PostOutcome } from '../../telemetry/otlp-post.ts';
import {
  BATCHES_WAITING_MAX,
  FLUSH_INTERVAL_MS,
  POSTS_MAX,
  SpanExporter,
} from '../../telemetry/span-exporter.ts';
import { ManualClock } from '../support/clock.ts';
import { spanSource } from '../support/otlp.ts';
import { aDestination, aRecord, aTrace } from '../support/records.ts';

const times = { endMs: 1080, wallOffsetMs: 0 };
const taken: PostOutcome = { kind: 'taken', rejectedSpans: 0 };
const refused: PostOutcome = { kind: 'refused', status: 400 };
const unreachable: PostOutcome = { kind: 'unreachable', retryAfterMs: undefined };

/** A collector that answers when it is told to. */
class FakeCollector implements OtlpPost {
  readonly bodies: Uint8Array[] = [];
  isClosed = false;
  readonly #answers: ((outcome: PostOutcome) => void)[] = [];

  post(body: Uint8Array): Promise<PostOutcome> {
    this.bodies.push(body.slice());
    return new Promise((resolve) => {
      this.#answers.push(resolve);
    });
  }

  close(): void {
    this.isClosed = true;
  }

  /** Answers the oldest open post, and lets the exporter take note. */
  async answer(outcome: PostOutcome): Promise<void> {
    this.#answers.shift()?.(outcome);
    await promisesRun();
  }
}

async function promisesRun(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

let clock: ManualClock;
let collector: FakeCollector;
let exporter: SpanExporter;

beforeEach(() => {
  clock = new ManualClock();
  collector = new FakeCollector();
  exporter = new SpanExporter(spanSource, collector, clock.after.bind(clock));
});

afterEach(() => {
  expect(clock.timers, 'no timer is left behind').toBe(0);
});

function add(count = 1, requestId = 'request-0'): void {
  for (let index = 0; index < count; index += 1) {
    exporter.add(aRecord({ trace: aTrace(), arrival: { requestId } }), times);
  }
}

/** Fills whole batches, one request above each. */
function addBatches(count: number): number {
  const before = exporter.droppedSpans.noRoom;
  let requests = 0;
  const goal = collector.bodies.length + count;
  while (collector.bodies.length < goal && exporter.droppedSpans.noRoom === before) {
    add();
    requests += 1;
    if (requests > 50_000) break;
  }
  return requests;
}

async function passed(milliseconds: number): Promise<void> {
  clock.advance(milliseconds);
  await promisesRun();
}

async function flushed(outcome: PostOutcome): Promise<void> {
  await passed(FLUSH_INTERVAL_MS);
  await collector.answer(outcome);
}

describe('spans', () => {
  it('wait for company, and go together', async () => {
    add(3);
    await passed(FLUSH_INTERVAL_MS - 1);
    expect(collector.bodies).toHaveLength(0);

    await passed(1);
    expect(collector.bodies).toHaveLength(1);
    await collector.answer(taken);

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

  it('of requests that are not sampled, or stand in no trace, are not made', () => {
    exporter.add(aRecord({ trace: aTrace({ sampled: false }) }), times);
    exporter.add(aRecord(), times);

    expect(clock.timers).toBe(0);
  });

  it('go at once when a batch is full', async () => {
    const requests = addBatches(1);

    expect(requests).toBeGreaterThan(1000);
    expect(collector.bodies).toHaveLength(1);
    await collector.answer(taken);
    expect(exporter.exportedSpans).toBe(requests - 1);
    await flushed(taken);
  });

  it('that come while a batch is under way go in the next one', async () => {
    add(1, 'first-request');
    await passed(FLUSH_INTERVAL_MS);
    add(1, 'second-request');
    await passed(FLUSH_INTERVAL_MS);
    expect(collector.bodies).toHaveLength(1);

    await collector.answer(taken);
    await collector.answer(taken);

    const [first, second] = collector.bodies.map((body) => Buffer.from(body).toString('latin1'));
    expect(first).toContain('first-request');
    expect(first).not.toContain('second-request');
    expect(second).toContain('second-request');
    expect(exporter.exportedSpans).toBe(2);
  });
});

describe('spans that the collector', () => {
  it('refuses are lost, and counted', async () => {
    add(2);
    await flushed(refused);

    expect(exporter.exportedSpans).toBe(0);
    expect(exporter.droppedSpans.refused).toBe(2);
  });

  it('takes in part are counted on both sides', async () => {
    add(5);
    await flushed({ kind: 'taken', rejectedSpans: 2 });

    expect(exporter.exportedSpans).toBe(3);
    expect(exporter.droppedSpans.refused).toBe(2);
  });

  it('claims to reject beyond what it got are no more than it got', async () => {
    add(5);
    await flushed({ kind: 'taken', rejectedSpans: 1e9 });

    expect(exporter.exportedSpans).toBe(0);
    expect(exporter.droppedSpans.refused).toBe(5);
  });
});

describe('a collector that cannot be reached', () => {
  it('is tried again after one, two and four seconds, with the same bytes', async () => {
    add(2);
    await flushed(unreachable);
    for (const delayMs of [1000, 2000, 4000]) {
      const posts = collector.bodies.length;
      await passed(delayMs - 1);
      expect(collector.bodies).toHaveLength(posts);
      await passed(1);
      await collector.answer(delayMs === 4000 ? taken : unreachable);
      expect(collector.bodies).toHaveLength(posts + 1);
    }

    expect(new Set(collector.bodies.map((body) => Buffer.from(body).toString('hex'))).size).toBe(1);
    expect(exporter.exportedSpans).toBe(2);
  });

  it('costs the spans after the last try', async () => {
    add(2);
    await flushed(unreachable);
    for (let posts = 1; posts < POSTS_MAX; posts += 1) {
      await passed(4000);
      await collector.answer(unreachable);
    }

    expect(collector.bodies).toHaveLength(POSTS_MAX);
    expect(exporter.droppedSpans).toEqual({ noRoom: 0, refused: 0, unreachable: 2 });
  });

  it.each([
    [7000, 7000],
    [0, 0],
    [-5, 0],
    [3_600_000, 30_000],
  ])('and asks for a pause of %i ms gets one of %i', async (retryAfterMs, pauseMs) => {
    add();
    await flushed({ kind: 'unreachable', retryAfterMs });

    await passed(pauseMs - 1);
    expect(collector.bodies).toHaveLength(1);
    await passed(1);
    expect(collector.bodies).toHaveLength(2);
    await collector.answer(taken);
  });
});

describe('a collector that is too slow', () => {
  it('has a bounded number of batches waiting; what is beyond is dropped and counted', async () => {
    let added = 0;
    while (exporter.droppedSpans.noRoom === 0) {
      add();
      added += 1;
    }
    add(9);
    expect(exporter.droppedSpans.noRoom).toBe(10);
    expect(collector.bodies).toHaveLength(1);

    // One batch more is being filled; when its time is up, there is no place for it either.
    await passed(FLUSH_INTERVAL_MS);
    for (let batch = 0; batch <= BATCHES_WAITING_MAX; batch += 1) await collector.answer(taken);

    expect(collector.bodies).toHaveLength(BATCHES_WAITING_MAX + 1);
    expect(exporter.exportedSpans).toBe(added - 1);
  });
});

describe('closing', () => {
  it('posts what is left and waits for the answer', async () => {
    add(2);
    let isClosed = false;
    const closing = exporter.close().then(() => {
      isClosed = true;
    });
    expect(collector.bodies).toHaveLength(1);
    expect(isClosed).toBe(false);

    await collector.answer(taken);
    await closing;

    expect(exporter.exportedSpans).toBe(2);
    expect(collector.isClosed).toBe(true);
  });

  it('with nothing left is done at once', async () => {
    await exporter.close();

    expect(collector.bodies).toHaveLength(0);
    expect(collector.isClosed).toBe(true);
  });

  it('does not try again', async () => {
    add(2);
    const closing = exporter.close();
    await collector.answer(unreachable);
    await closing;

    expect(exporter.droppedSpans.unreachable).toBe(2);
  });

  it('cuts a pause short for one last try, and gives up the rest when that fails', async () => {
    add(2);
    await flushed(unreachable);
    add(3);
    const closing = exporter.close();
    await collector.answer(unreachable);
    expect(collector.bodies).toHaveLength(2);
    await collector.answer(unreachable);
    await closing;

    expect(collector.bodies).toHaveLength(2);
    expect(exporter.droppedSpans.unreachable).toBe(5);
  });
});
