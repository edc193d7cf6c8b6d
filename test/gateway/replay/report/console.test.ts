import { describe, expect, it } from 'vitest';
import type { Measures } from '../../../../gateway/replay/measures.ts';
import { consoleReport } from '../../../../gateway/replay/report/console.ts';
import type { Statistics } from '../../../../gateway/replay/statistics.ts';
import { aRun, noMeasures } from '../builders.ts';

const statistics = (mean: number, median: number, p99 = 0): Statistics => ({
  ...noMeasures.interTokenMs,
  mean,
  median,
  p99,
});

/** The published SGLang run. */
const published: Measures = {
  ...noMeasures,
  completedRequests: 1000,
  durationSeconds: 317.3,
  inputTokens: 2_033_482,
  outputTokens: 1_027_062,
  retokenizedTokens: 1_014_917,
  requestThroughput: 3.15,
  inputThroughput: 6408.67,
  outputThroughput: 3236.86,
  endToEndMs: statistics(209_386.65, 229_738.62),
  timeToFirstTokenMs: statistics(81_468.7, 42_949.64, 232_866.49),
  timePerOutputTokenMs: statistics(181.91, 133.67, 738.82),
  interTokenMs: statistics(128.6, 99.68, 418.23),
};

const publishedText = `
============ Serving Benchmark Result ============
Backend:                                 sglang
Traffic request rate:                    inf
Successful requests:                     1000
Benchmark duration (s):                  317.30
Total input tokens:                      2033482
Total generated tokens:                  1027062
Total generated tokens (retokenized):    1014917
Request throughput (req/s):              3.15
Input token throughput (tok/s):          6408.67
Output token throughput (tok/s):         3236.86
----------------End-to-End Latency----------------
Mean E2E Latency (ms):                   209386.65
Median E2E Latency (ms):                 229738.62
---------------Time to First Token----------------
Mean TTFT (ms):                          81468.70
Median TTFT (ms):                        42949.64
P99 TTFT (ms):                           232866.49
-----Time per Output Token (excl. 1st token)------
Mean TPOT (ms):                          181.91
Median TPOT (ms):                        133.67
P99 TPOT (ms):                           738.82
---------------Inter-token Latency----------------
Mean ITL (ms):                           128.60
Median ITL (ms):                         99.68
P99 ITL (ms):                            418.23
==================================================`;

const lines = (text: string): string[] => text.split('\n');
const trimmed = (text: string): string[] => lines(text).map((line) => line.trimEnd());
/** Labels, and the titles without what they are padded with. */
const labels = (text: string): string[] =>
  lines(text).map((line) =>
    (/^[=-]/u.test(line) ? line : line.slice(0, 40)).replace(/^[=-]+|[=-]+$|\s+$/gu, ''),
  );

describe('the console report of 0.2.14', () => {
  it('prints the published run as it was published', () => {
    const text = consoleReport(aRun({ measures: published }), '0.2.14');

    expect(trimmed(text)).toEqual(lines(publishedText));
  });

  it('is 50 columns wide, and 51 where it holds a value', () => {
    const text = consoleReport(aRun({ measures: published }), '0.2.14');

    const widths = new Set(
      lines(text)
        .slice(1)
        .map(({ length }) => length),
    );
    expect([...widths].toSorted((one, other) => one - other)).toEqual([50, 51]);
  });

  it('prints a finite rate as a float', () => {
    const run = aRun();
    const slow = { ...run, workload: { ...run.workload, requestRate: 4 } };

    expect(trimmed(consoleReport(slow, '0.2.14'))[3]).toBe(
      'Traffic request rate:                    4.0',
    );
  });
});

describe('the current console report', () => {
  it('has the lines of the current reference in their order', () => {
    expect(labels(consoleReport(aRun(), 'current'))).toEqual([
      '',
      ' Serving Benchmark Result ',
      'Backend:',
      'Traffic request rate:',
      'Max request concurrency:',
      'Successful requests:',
      'Benchmark duration (s):',
      'Total input tokens:',
      'Total input text tokens:',
      'Total generated tokens:',
      'Total generated tokens (retokenized):',
      'Request throughput (req/s):',
      'Input token throughput (tok/s):',
      'Output token throughput (tok/s):',
      'Peak output token throughput (tok/s):',
      'Peak concurrent requests:',
      'Total token throughput (tok/s):',
      'Concurrency:',
      'End-to-End Latency',
      'Mean E2E Latency (ms):',
      'Median E2E Latency (ms):',
      'P90 E2E Latency (ms):',
      'P95 E2E Latency (ms):',
      'P99 E2E Latency (ms):',
      'Time to First Token',
      'Mean TTFT (ms):',
      'Median TTFT (ms):',
      'P90 TTFT (ms):',
      'P95 TTFT (ms):',
      'P99 TTFT (ms):',
      'Time per Output Token (excl. 1st token)',
      'Mean TPOT (ms):',
      'Median TPOT (ms):',
      'P90 TPOT (ms):',
      'P95 TPOT (ms):',
      'P99 TPOT (ms):',
      'Inter-Token Latency',
      'Mean ITL (ms):',
      'Median ITL (ms):',
      'P90 ITL (ms):',
      'P95 ITL (ms):',
      'P99 ITL (ms):',
      'Max ITL (ms):',
      '',
    ]);
  });

  it.each([
    [undefined, 'not set'],
    [64, '64'],
  ])('tells a concurrency limit of %s', (maxConcurrency, text) => {
    const report = consoleReport(aRun({ maxConcurrency }), 'current');

    expect(trimmed(report)[4]).toBe(`Max request concurrency:                 ${text}`);
  });

  it('calls the rate of a trace by that name', () => {
    const run = aRun();
    const traced = { ...run, workload: { ...run.workload, requestRate: undefined } };

    expect(trimmed(consoleReport(traced, 'current'))[3]).toContain('trace');
  });
});
