import { describe, expect, it } from 'vitest';
import {
  chooseFormat,
  contentTypes,
  Exposition,
  type ExpositionFormat,
  labelPair,
} from '../../telemetry/exposition.ts';
import { Histogram } from '../../telemetry/histogram.ts';
import type { MetricDefinition } from '../../telemetry/semconv.ts';

const counter: MetricDefinition = {
  name: 'x_tokens_total',
  type: 'counter',
  unit: 'tokens',
  help: 'What \\ is\ncounted.',
  labels: [],
};
const gauge: MetricDefinition = {
  name: 'x_open',
  type: 'gauge',
  unit: '',
  help: 'Open.',
  labels: [],
};
const latency: MetricDefinition = {
  name: 'x_wait_seconds',
  type: 'histogram',
  unit: 'seconds',
  help: 'Waits.',
  labels: [],
};

function pageOf(format: ExpositionFormat, write: (page: Exposition) => void): string[] {
  const page = new Exposition(format);
  write(page);
  return page.text().split('\n');
}

function aHistogram(): Histogram {
  const histogram = new Histogram(Float64Array.of(0.5, 1));
  for (const value of [0.25, 0.75, 0.75, 3]) histogram.observe(value);
  histogram.exemplify(0.75, 'a'.repeat(32), 1_700_000_000.1234);
  return histogram;
}

describe('an accept header', () => {
  it.each([
    [undefined, 'prometheus'],
    ['', 'prometheus'],
    ['*/*', 'prometheus'],
    ['text/plain;version=0.0.4', 'prometheus'],
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    ['text/plain, Application/OpenMetrics-Text; version=1.0.0', 'openmetrics'],
    ['application/openmetrics-text;q=0', 'prometheus'],
    ['application/openmetrics-text;q=0.0', 'prometheus'],
    ['application/openmetrics-text;q=0.1', 'openmetrics'],
    ['application/openmetrics-texture', 'prometheus'],
  ] as const)('of %s asks for %s', (accept, format) => {
    expect(chooseFormat(accept)).toBe(format);
  });

  it('is read as far as sixteen ranges, and no further', () => {
    const ranges = (before: number): string =>
      `${'text/plain,'.repeat(before)}application/openmetrics-text`;

    expect(chooseFormat(ranges(15))).toBe('openmetrics');
    expect(chooseFormat(ranges(16))).toBe('prometheus');
  });

  it('is answered with the type of its format', () => {
    expect(contentTypes.prometheus).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(contentTypes.openmetrics).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
  });
});

describe('a label pair', () => {
  it('is quoted and escaped', () => {
    expect(labelPair('model', 'a"b\\c\nd')).toBe('model="a\\"b\\\\c\\nd"');
  });

  it('is nothing for an empty value', () => {
    expect(labelPair('model', '')).toBe('');
  });
});

describe('a page in plain text', () => {
  it('names, explains and lists a counter', () => {
    const samples = [
      { labels: 'model="a"', value: 3 },
      { labels: '', value: 0.5 },
    ];

    expect(pageOf('prometheus', (page) => page.scalars(counter, samples))).toEqual([
      '# HELP x_tokens_total What \\\\ is\\ncounted.',
      '# TYPE x_tokens_total counter',
      'x_tokens_total{model="a"} 3',
      'x_tokens_total 0.5',
      '',
    ]);
  });

  it('adds up the buckets of a histogram from below', () => {
    const samples = [{ labels: 'model="a"', histogram: aHistogram() }];

    expect(pageOf('prometheus', (page) => page.histograms(latency, samples))).toEqual([
      '# HELP x_wait_seconds Waits.',
      '# TYPE x_wait_seconds histogram',
      'x_wait_seconds_bucket{model="a",le="0.5"} 1',
      'x_wait_seconds_bucket{model="a",le="1"} 3',
      'x_wait_seconds_bucket{model="a",le="+Inf"} 4',
      'x_wait_seconds_sum{model="a"} 4.75',
      'x_wait_seconds_count{model="a"} 4',
      '',
    ]);
  });

  it('writes a histogram without labels', () => {
    const samples = [{ labels: '', histogram: aHistogram() }];
    const lines = pageOf('prometheus', (page) => page.histograms(latency, samples));

    expect(lines).toContain('x_wait_seconds_bucket{le="1"} 3');
    expect(lines).toContain('x_wait_seconds_count 4');
  });

  it('leaves out families without series', () => {
    const page = new Exposition('prometheus');
    page.scalars(counter, []);
    page.histograms(latency, []);

    expect(page.text()).toBe('');
  });

  it('writes the numbers that are none as Prometheus does', () => {
    const samples = [Infinity, -Infinity, Number.NaN].map((value) => ({ labels: '', value }));

    expect(pageOf('prometheus', (page) => page.scalars(gauge, samples)).slice(2, 5)).toEqual([
      'x_open +Inf',
      'x_open -Inf',
      'x_open NaN',
    ]);
  });
});

describe('a page in OpenMetrics', () => {
  it('names a counter without the suffix of its samples, gives its unit, and ends', () => {
    const samples = [{ labels: '', value: 3 }];

    expect(pageOf('openmetrics', (page) => page.scalars(counter, samples))).toEqual([
      '# HELP x_tokens What \\\\ is\\ncounted.',
      '# TYPE x_tokens counter',
      '# UNIT x_tokens tokens',
      'x_tokens_total 3',
      '# EOF',
      '',
    ]);
  });

  it('leads from a bucket to a trace', () => {
    const samples = [{ labels: '', histogram: aHistogram() }];
    const lines = pageOf('openmetrics', (page) => page.histograms(latency, samples));

    expect(lines).toContain(
      `x_wait_seconds_bucket{le="1"} 3 # {trace_id="${'a'.repeat(32)}"} 0.75 1700000000.123`,
    );
    expect(lines).toContain('x_wait_seconds_bucket{le="0.5"} 1');
  });

  it('of nothing is still a page', () => {
    expect(new Exposition('openmetrics').text()).toBe('# EOF\n');
  });
});
