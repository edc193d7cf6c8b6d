import { describe, expect, it } from 'vitest';
import {
  attributes,
  durationBoundsSeconds,
  estimateRatioBounds,
  interTokenLatencyBoundsSeconds,
  labels,
  metrics,
  queueWaitBoundsSeconds,
  timePerOutputTokenBoundsSeconds,
  timeToFirstTokenBoundsSeconds,
} from '../../telemetry/semconv.ts';
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

describe('the bounds of a histogram', () => {
  it.each([
    ['duration', durationBoundsSeconds],
    ['time to first token', timeToFirstTokenBoundsSeconds],
    ['time per output token', timePerOutputTokenBoundsSeconds],
    ['inter-token latency', interTokenLatencyBoundsSeconds],
    ['queue wait', queueWaitBoundsSeconds],
    ['estimate', estimateRatioBounds],
  ])('of the %s rise from above zero', (_, bounds) => {
    expect(bounds.every((bound, index) => bound > (bounds[index - 1] ?? 0))).toBe(true);
  });

  it('are those of the conventions where there are conventions', () => {
    expect(timeToFirstTokenBoundsSeconds.slice(0, 16)).toEqual([
      0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]);
    expect(timePerOutputTokenBoundsSeconds).toEqual([
      0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5,
    ]);
    expect(durationBoundsSeconds.slice(0, 14)).toEqual(
      Array.from({ length: 14 }, (_, power) => Number((0.01 * 2 ** power).toFixed(2))),
    );
  });

  it('of the inter-token latency tell apart the steps of fast engines', () => {
    const below = interTokenLatencyBoundsSeconds.filter((bound) => bound <= 0.03);

    expect(below.length).toBeGreaterThanOrEqual(10);
  });
});

describe('an attribute', () => {
  const names = Object.values(attributes);

  it('is named as OpenTelemetry wants names', () => {
    expect(names.filter((name) => !/^[a-z][a-z_]*(?:\.[a-z_]+)+$/.test(name))).toEqual([]);
  });

  it('has one name, and every name is one attribute', () => {
    expect(new Set(names).size).toBe(names.length);
  });

  it('is the name of the label that stands for it', () => {
    const ofConventions = Object.values(labels).filter((label) =>
      /^(?:gen_ai|http|error)_/.test(label),
    );
    const written = names.map((name) => name.replaceAll('.', '_'));

    expect(written).toEqual(expect.arrayContaining(ofConventions));
  });
});
