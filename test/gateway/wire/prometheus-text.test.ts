import fc from 'fast-check';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';

import { labelOf, samplesOf } from '../../../gateway/wire/prometheus-text.ts';

function valuesOf(page: string, name: string): number[] {
  return samplesOf(page, name).map(({ value }) => value);
}

describe('the samples of a family', () => {
  it('are its own: a name that begins another name is not that other', () => {
    const page = [
      'requests_waiting_by_reason{reason="capacity"} 32.0',
      'requests_waiting 3.0',
      'requests_waiting_total 9.0',
      'all_requests_waiting 7.0',
    ].join('\n');

    expect(valuesOf(page, 'requests_waiting')).toEqual([3]);
  });

  it('come from the whole group, in order, wherever it stands', () => {
    const group = 'a{rank="0"} 1\na{rank="1"} 2\na{rank="2"} 3';
    expect(valuesOf(group, 'a')).toEqual([1, 2, 3]);
    expect(valuesOf(`b 9\n${group}`, 'a')).toEqual([1, 2, 3]);
    expect(valuesOf(`# TYPE a gauge\n${group}\nb 9\n`, 'a')).toEqual([1, 2, 3]);
  });

  it('are none where the family is missing, or is only announced', () => {
    expect(valuesOf('', 'a')).toEqual([]);
    expect(valuesOf('b 1\n', 'a')).toEqual([]);
    expect(valuesOf('# HELP a All of them.\n# TYPE a gauge\n', 'a')).toEqual([]);
  });

  it.each([
    ['32.0', 32],
    ['8.128902e+06', 8_128_902],
    ['-1.0', -1],
    ['+Inf', Infinity],
    ['-Inf', -Infinity],
    ['NaN', Number.NaN],
    ['Nan', Number.NaN],
    ['inf', Infinity],
    ['0', 0],
  ])('reads %s', (text, value) => {
    expect(valuesOf(`a ${text}\n`, 'a')).toEqual([value]);
    expect(valuesOf(`a{b="c"} ${text}`, 'a')).toEqual([value]);
  });

  it('takes neither a time nor an exemplar for a value', () => {
    expect(valuesOf('a 3 1395066363000', 'a')).toEqual([3]);
    expect(
      valuesOf('a{le="1"} 3 1395066363.5 # {trace_id="}\\"{"} 0.67 1520879607.789', 'a'),
    ).toEqual([3]);
  });

  it('passes over a line that is cut off or says nothing', () => {
    expect(valuesOf('a{b="c\na{b="d"} 1', 'a')).toEqual([1]);
    expect(valuesOf('a{b="c"}\na{b="d"} x\na{b="e"} 1', 'a')).toEqual([1]);
    expect(valuesOf('a{b="c"', 'a')).toEqual([]);
  });

  it('are searched for past look-alikes in texts', () => {
    const page = '# HELP b See a 7\nb{note="\\na 5"} 1\nab 1\na 2\n';
    expect(valuesOf(page, 'a')).toEqual([2]);
  });

  it('are read from CRLF lines', () => {
    expect(valuesOf('a{b="c"} 5\r\nb 1\r\n', 'a')).toEqual([5]);
  });
});

describe('a label', () => {
  const sample = {
    value: 1,
    labels: 'gpu="0", UUID="GPU-1",model_name="a\\"b\\\\c\\nd",empty="",',
  };

  it('is found by its whole name, spaces after commas or not', () => {
    expect(labelOf(sample, 'gpu')).toBe('0');
    expect(labelOf(sample, 'UUID')).toBe('GPU-1');
    expect(labelOf(sample, 'name')).toBeUndefined();
    expect(labelOf(sample, 'empty')).toBe('');
  });

  it('is given without its escapes', () => {
    expect(labelOf(sample, 'model_name')).toBe('a"b\\c\nd');
  });

  it('is not found inside the value of another', () => {
    const tricky = { value: 1, labels: 'a="b=\\"1\\",c=\\"2\\"",c="3"' };
    expect(labelOf(tricky, 'c')).toBe('3');
    expect(labelOf({ value: 1, labels: 'a="c=' }, 'c')).toBeUndefined();
  });
});

/** The types let a registry have its first format only. */
const OPEN_METRICS =
  Registry.OPENMETRICS_CONTENT_TYPE as unknown as typeof Registry.PROMETHEUS_CONTENT_TYPE;

/** Anything that may stand in a label, quotes, braces, line ends and backslashes above all. */
const labelValue = fc.oneof(
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', '{', '}', ',', '=', ' ', '#', 'a', 'é') }),
  fc.string(),
);

const number = fc.oneof(
  // Writers drop the sign of a zero.
  fc.double().map((value) => value + 0),
  fc.integer(),
  fc.constantFrom(Infinity, -Infinity, Number.NaN, 0, 1e21, 5e-324),
);

describe('a page of prom-client', () => {
  it('gives back every gauge with its labels, whatever they hold', async () => {
    const series = fc.uniqueArray(
      fc.record({ model: labelValue, rank: labelValue, value: number }),
      {
        minLength: 1,
        maxLength: 6,
        selector: ({ model, rank }) => JSON.stringify([model, rank]),
      },
    );
    await fc.assert(
      fc.asyncProperty(series, fc.boolean(), async (written, openMetrics) => {
        const registry = new Registry();
        if (openMetrics) registry.setContentType(OPEN_METRICS);
        const registers = [registry];
        new Counter({ name: 'wanted_before', help: 'wanted 1', registers }).inc();
        const gauge = new Gauge({
          name: 'wanted',
          help: 'wanted{model="x"} 3',
          labelNames: ['model', 'rank'],
          registers,
        });
        for (const { model, rank, value } of written) gauge.set({ model, rank }, value);
        new Histogram({ name: 'wanted_seconds', help: 'h', registers }).observe(1);

        const samples = samplesOf(await registry.metrics(), 'wanted');

        const read = samples.map((sample) => ({
          model: labelOf(sample, 'model'),
          rank: labelOf(sample, 'rank'),
          value: sample.value,
        }));
        expect(read).toEqual(written);
      }),
    );
  });

  it('gives back a counter under its name in either format', async () => {
    const registry = new Registry();
    const counter = new Counter({ name: 'done_total', help: 'h', registers: [registry] });
    counter.inc(8_128_902);

    expect(valuesOf(await registry.metrics(), 'done_total')).toEqual([8_128_902]);
  });

  it('never takes longer lines or more of them for another family', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', '{', '}', '"', '=', ' ', '1', '\\') });
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const page = lines.map((text) => `b${text}`).join('\n');
        expect(samplesOf(page, 'a')).toEqual([]);
      }),
    );
  });
});
