import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../deploy/simulator/histogram.ts';
import { PrometheusPage, pythonNumber } from '../../../deploy/simulator/prometheus-page.ts';

function aPage(): PrometheusPage {
  return new PrometheusPage({ 'a:running': 'Who runs.', 'a:tokens_total': 'Tokens.' });
}

describe('a metrics page', () => {
  it('has for a gauge its help, its type and one sample', () => {
    expect(aPage().gauge('a:running', { model: 'm' }, 3).text()).toBe(
      '# HELP a:running Who runs.\n# TYPE a:running gauge\na:running{model="m"} 3.0\n',
    );
  });

  it('has for a counter the same', () => {
    expect(aPage().counter('a:tokens_total', {}, 3).text()).toBe(
      '# HELP a:tokens_total Tokens.\n# TYPE a:tokens_total counter\na:tokens_total 3.0\n',
    );
  });

  it('has a family with several samples', () => {
    const page = aPage().family('a:running', 'gauge');
    page.sample('a:running', { engine: '0' }, 1).sample('a:running', { engine: '1' }, 2);

    expect(page.text().split('\n').slice(2, 4)).toEqual([
      'a:running{engine="0"} 1.0',
      'a:running{engine="1"} 2.0',
    ]);
  });

  it('says nothing of a family that has no help', () => {
    expect(aPage().gauge('b', {}, 0).text()).toContain('# HELP b \n');
  });

  it('has for a histogram cumulative buckets with sorted labels, then count and sum', () => {
    const histogram = new Histogram([0.5, 1]);
    histogram.record(0.2);
    histogram.record(0.7);
    histogram.record(3);

    expect(aPage().histogram('a:s', { engine: '0', model: 'm' }, histogram).text()).toBe(
      [
        '# HELP a:s ',
        '# TYPE a:s histogram',
        'a:s_bucket{engine="0",le="0.5",model="m"} 1.0',
        'a:s_bucket{engine="0",le="1.0",model="m"} 2.0',
        'a:s_bucket{engine="0",le="+Inf",model="m"} 3.0',
        'a:s_count{engine="0",model="m"} 3.0',
        `a:s_sum{engine="0",model="m"} ${0.2 + 0.7 + 3}`,
        '',
      ].join('\n'),
    );
  });

  it('escapes what would break a label', () => {
    const page = aPage().sample('a', { model: 'a"b\\c\nd' }, 1);

    expect(page.text()).toBe('a{model="a\\"b\\\\c\\nd"} 1.0\n');
  });
});

describe('a number as the Python client writes it', () => {
  it.each([
    [0, '0.0'],
    [5, '5.0'],
    [0.25, '0.25'],
    [-1, '-1.0'],
    [999_999, '999999.0'],
    [1_000_000, '1e+06'],
    [8_128_902, '8.128902e+06'],
    [1_795_533_478.48, '1.79553347848e+09'],
    [4_708_274_176, '4.708274176e+09'],
    [Number.NaN, 'NaN'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
  ])('%d is %s', (value, text) => {
    expect(pythonNumber(value)).toBe(text);
  });

  it.each([1, 12_345_678, 0.001, 1e-7, 123_456.75])('%d is read back as it was', (value) => {
    expect(Number(pythonNumber(value))).toBe(value);
  });
});
