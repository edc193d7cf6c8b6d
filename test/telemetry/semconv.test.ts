import { describe, expect, it } from 'vitest';
import { labels, metrics } from '../../telemetry/semconv.ts';
import { metricsDocument } from '../support/metrics-document.ts';

const definitions = Object.values(metrics);

describe('a metric', () => {
  it.each(definitions)('$name is named as Prometheus wants names', ({ name, type }) => {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name).not.toMatch(/_(?:ms|milliseconds|percent|count|sum|bucket)(?:_|$)/);
  });

  it.each(definitions)('$name says what it means in a sentence', ({ help }) => {
    expect(help).toMatch(/^[A-Z0-9].*\.$/);
  });

  it.each(definitions)('$name ends in its unit', ({ name, unit }) => {
    const base = name.replace(/_total$/, '');

    expect(unit === '' || base.endsWith(`_${unit}`)).toBe(true);
  });

  it.each(definitions)('$name has at most five labels, all of our own list', (definition) => {
    expect(definition.labels.length).toBeLessThanOrEqual(5);
    expect(Object.values(labels)).toEqual(expect.arrayContaining([...definition.labels]));
  });

  it('has one name, and every name is one metric', () => {
    expect(new Set(definitions.map(({ name }) => name)).size).toBe(definitions.length);
  });

  it('of a histogram is measured in seconds or is a ratio', () => {
    const units = definitions.filter(({ type }) => type === 'histogram').map(({ unit }) => unit);

    expect(new Set(units)).toEqual(new Set(['seconds', 'ratio']));
  });
});

describe('the page of metrics for people', () => {
  it('tells every metric and every attribute (run vitest with -u to draw it anew)', async () => {
    await expect(metricsDocument()).toMatchFileSnapshot('../../docs/metrics.md');
  });
});
