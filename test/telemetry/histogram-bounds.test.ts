import { describe, expect, it } from 'vitest';
import {
  durationBoundsSeconds,
  estimateRatioBounds,
  interTokenLatencyBoundsSeconds,
  overheadBoundsSeconds,
  queueWaitBoundsSeconds,
  timePerOutputTokenBoundsSeconds,
  timeToFirstTokenBoundsSeconds,
} from '../../telemetry/histogram-bounds.ts';

describe('the bounds of a histogram', () => {
  it.each([
    ['duration', durationBoundsSeconds],
    ['time to first token', timeToFirstTokenBoundsSeconds],
    ['time per output token', timePerOutputTokenBoundsSeconds],
    ['inter-token latency', interTokenLatencyBoundsSeconds],
    ['queue wait', queueWaitBoundsSeconds],
    ['estimate', estimateRatioBounds],
    ['overhead', overheadBoundsSeconds],
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
