import { describe, expect, it } from 'vitest';

import { gpuMetrics } from '../../telemetry/gpu-metrics.ts';
import { labels, metrics } from '../../telemetry/semconv.ts';

describe('the metrics of GPUs', () => {
  it('stand in the one list of names', () => {
    expect(metrics).toMatchObject(gpuMetrics);
  });

  it('all tell which GPU of which node serves which replica, but for the age of the reading', () => {
    const others = Object.values(gpuMetrics).filter(
      (one) => !one.labels.includes(labels.gpu) || !one.labels.includes(labels.replica),
    );

    expect(others).toEqual([gpuMetrics.gpuReadingAge]);
  });
});
