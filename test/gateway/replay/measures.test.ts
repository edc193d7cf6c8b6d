import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chunksPerSecond,
  measure,
  pooledGaps,
  timesPerOutputToken,
} from '../../../gateway/replay/measures.ts';
import { aFailure, aResult } from './builders.ts';

/** Six requests of an imagined run, in seconds as the reference keeps them. */
const goldenRequests = [
  { prompt: 10, output: 5, retokenized: 5, ttft: 0.5, latency: 1.75, itl: [0.25, 0.25, 0.5, 0.25] },
  { prompt: 20, output: 1, retokenized: 1, ttft: 0.75, latency: 0.8, itl: [] },
  { prompt: 30, output: 0, retokenized: 1, ttft: 1, latency: 1.01, itl: [] },
  { prompt: 50, output: 4, retokenized: 3, ttft: 2, latency: 3.5, itl: [0.5, 0.9] },
  { prompt: 60, output: 3, retokenized: 3, ttft: 0.125, latency: 0.625, itl: [0.2, 0.3] },
];

const golden = [
  ...goldenRequests.map((request, index) =>
    aResult({
      index,
      promptTokens: request.prompt,
      outputTokens: request.output,
      retokenizedTokens: request.retokenized,
      timeToFirstTokenMs: request.ttft * 1000,
      endToEndMs: request.latency * 1000,
      interTokenMs: Float64Array.from(request.itl, (gap) => gap * 1000),
    }),
  ),
  aFailure({ index: 5, promptTokens: 40 }),
];

/** What NumPy gives for them over 4 seconds. */
const goldenFigures = {
  requestThroughput: 1.25,
  inputThroughput: 42.5,
  outputThroughput: 3.25,
  totalThroughput: 45.75,
  concurrency: 1.92125,
};
const goldenStatistics = {
  timeToFirstTokenMs: {
    mean: 875,
    median: 750,
    std: 632.4555320336759,
    p90: 1600,
    p95: 1799.9999999999998,
    p99: 1960,
  },
  timePerOutputTokenMs: {
    mean: 354.1666666666667,
    median: 312.5,
    std: 106.22957319984968,
    p90: 462.5,
    p95: 481.24999999999994,
    p99: 496.24999999999994,
  },
  interTokenMs: {
    mean: 393.75,
    median: 275,
    std: 219.99644883497555,
    p90: 619.9999999999999,
    p95: 759.9999999999998,
    p99: 871.9999999999999,
    max: 900,
  },
  endToEndMs: {
    mean: 1537,
    median: 1010,
    std: 1053.6963509474633,
    p90: 2800.0000000000005,
    p95: 3149.9999999999995,
    p99: 3429.9999999999995,
  },
};

describe('the measures of the golden run', () => {
  const measures = measure(golden, 4000);

  it('count successes only', () => {
    expect(measures.completedRequests).toBe(5);
    expect(measures.failedRequests).toBe(1);
    expect(measures.inputTokens).toBe(170);
    expect(measures.outputTokens).toBe(13);
    expect(measures.retokenizedTokens).toBe(13);
  });

  it.each(Object.entries(goldenFigures))('give %s to 1e-9', (name, value) => {
    expect(measures[name as keyof typeof goldenFigures]).toBeCloseTo(value, 9);
  });

  it.each(
    Object.entries(goldenStatistics).flatMap(([name, values]) =>
      Object.entries(values).map(([key, value]) => [name, key, value] as const),
    ),
  )('give %s %s to 1e-9', (name, key, value) => {
    const statistics: Readonly<Record<string, number>> = {
      ...measures[name as keyof typeof goldenStatistics],
    };
    expect(statistics[key]).toBeCloseTo(value, 9);
  });
});

describe('the time per output token', () => {
  it('leaves out answers of one token or none', () => {
    const results = [0, 1, 2].map((outputTokens) => aResult({ outputTokens }));

    expect(timesPerOutputToken(results)).toEqual([150]);
  });

  it('adds up: TTFT + (n - 1) x TPOT is E2E', () => {
    const results = fc.record({
      outputTokens: fc.integer({ min: 2, max: 5000 }),
      timeToFirstTokenMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
      endToEndMs: fc.double({ min: 1e6, max: 1e7, noNaN: true }),
    });
    fc.assert(
      fc.property(results, (fields) => {
        const [perToken] = timesPerOutputToken([aResult(fields)]);
        const sum = fields.timeToFirstTokenMs + (fields.outputTokens - 1) * (perToken ?? 0);
        expect(sum).toBeCloseTo(fields.endToEndMs, 3);
      }),
    );
  });
});

describe('the pooled gaps', () => {
  it('hold the gaps of every request once, in order', () => {
    const results = [
      aResult({ interTokenMs: Float64Array.of(1, 2) }),
      aResult({ interTokenMs: new Float64Array() }),
      aResult({ interTokenMs: Float64Array.of(3) }),
    ];

    expect([...pooledGaps(results)]).toEqual([1, 2, 3]);
  });
});

describe('the buckets of a second', () => {
  it('start with the first request and count each chunk where it falls', () => {
    const results = [
      aResult({
        startMs: 5000,
        timeToFirstTokenMs: 999,
        interTokenMs: Float64Array.of(1, 500, 600),
        endToEndMs: 2150,
      }),
    ];

    expect([...chunksPerSecond(results)]).toEqual([1, 2, 1, 0]);
    expect(measure(results, 2150).outputThroughputPeak).toBe(2);
  });

  it('count a request in each second from its start to its end', () => {
    const results = [
      aResult({ startMs: 0, endToEndMs: 1000 }),
      aResult({ startMs: 1999, endToEndMs: 10 }),
      aResult({ startMs: 1500, endToEndMs: 100 }),
    ];

    expect(measure(results, 2010).concurrentRequestsPeak).toBe(3);
  });

  it('are none for a run without successes', () => {
    const measures = measure([aFailure()], 1000);

    expect(measures.outputThroughputPeak).toBe(0);
    expect(measures.concurrentRequestsPeak).toBe(0);
  });

  it('hold every chunk of a run exactly once', () => {
    const gaps = fc.array(fc.double({ min: 0, max: 900, noNaN: true }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(gaps, { minLength: 1, maxLength: 8 }), (lists) => {
        const results = lists.map((list) =>
          aResult({
            interTokenMs: Float64Array.from(list),
            endToEndMs: 100 + list.reduce((total, gap) => total + gap, 0),
          }),
        );
        const counted = chunksPerSecond(results).reduce((total, chunks) => total + chunks, 0);
        expect(counted).toBe(lists.reduce((total, list) => total + list.length + 1, 0));
      }),
    );
  });
});

describe('a run that took no time', () => {
  it('has no throughput', () => {
    const measures = measure([], 0);

    expect(measures.outputThroughput).toBe(0);
    expect(measures.concurrency).toBe(0);
  });
});
