import { afterEach, describe, expect, it } from 'vitest';
import { Exposition } from '../../telemetry/exposition.ts';
import { ProcessMetrics } from '../../telemetry/process-metrics.ts';
import { metrics } from '../../telemetry/semconv.ts';
import { valueOn } from '../support/metrics-page.ts';

describe('the figures of the process', () => {
  const process = new ProcessMetrics();

  afterEach(() => {
    process.stop();
  });

  function figures(): (definition: { readonly name: string }) => number | undefined {
    const page = new Exposition('prometheus');
    process.expose(page);
    const text = page.text();
    return ({ name }) => valueOn(text, name);
  }

  it('are in bytes, seconds and shares', () => {
    const figure = figures();

    expect(figure(metrics.residentMemory)).toBeGreaterThan(10e6);
    expect(figure(metrics.heapUsed)).toBeLessThan(figure(metrics.residentMemory) ?? 0);
    expect(figure(metrics.cpuSeconds)).toBeGreaterThan(0);
    expect(figure(metrics.cpuSeconds)).toBeLessThan(performance.now() / 10);
    expect(figure(metrics.startTime)).toBeGreaterThan(1.7e9);
    expect(figure(metrics.startTime)).toBeLessThan(1e10);
    expect(figure(metrics.externalMemory)).toBeGreaterThan(0);
    expect(figure(metrics.eventLoopUsage)).toBeGreaterThanOrEqual(0);
    expect(figure(metrics.eventLoopUsage)).toBeLessThanOrEqual(1);
  });

  it('tell no lateness of an event loop that was not seen to turn', () => {
    figures();
    const figure = figures();

    expect(figure(metrics.eventLoopLagMean)).toBe(0);
    expect(figure(metrics.eventLoopLagP99)).toBe(0);
    expect(figure(metrics.eventLoopLagMax)).toBe(0);
  });

  it('count CPU time upwards', () => {
    const before = figures()(metrics.cpuSeconds) ?? Number.NaN;
    const after = figures()(metrics.cpuSeconds) ?? Number.NaN;

    expect(after).toBeGreaterThanOrEqual(before);
  });
});
