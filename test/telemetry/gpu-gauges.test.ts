import { describe, expect, it } from 'vitest';

import { Exposition } from '../../telemetry/exposition.ts';
import type { GpuReading } from '../../telemetry/gpu-gauges.ts';
import { exposeGpus } from '../../telemetry/gpu-gauges.ts';
import { LABEL_CHARACTERS_MAX } from '../../telemetry/label-values.ts';
import { metrics } from '../../telemetry/semconv.ts';
import { aGpuReading, aSickGpu } from '../support/gpu-readings.ts';
import { seriesOn, valueOn } from '../support/metrics-page.ts';

function pageOf(gpus: readonly GpuReading[], ageMs?: number): string {
  const page = new Exposition('prometheus');
  exposeGpus(page, { gpus, ageMs });
  return page.text();
}

const identity = 'gpu="3",numa_node="1",replica="replica-0"';

describe('the gauges of a GPU', () => {
  it.each([
    [metrics.gpuMemoryUsed, 1_073_741_824],
    [metrics.gpuMemoryTotal, 81_559 * 1_048_576],
    [metrics.gpuPower, 612.5],
    [metrics.gpuTemperature, 61],
    [metrics.gpuSmClock, 1_755_000_000],
    [metrics.gpuUtilization, 0.98],
    [metrics.gpuUncorrectedErrors, 2],
  ])('say $name', ({ name }, value) => {
    expect(valueOn(pageOf([aGpuReading()]), `${name}{${identity}}`)).toBe(value);
  });

  it('name what it is, how it is, and by what it is slowed', () => {
    const page = pageOf([aGpuReading()]);

    expect(seriesOn(page, metrics.gpuInfo.name)).toEqual([
      `${metrics.gpuInfo.name}{${identity},uuid="GPU-3",gpu_name="NVIDIA H100 80GB HBM3"} 1`,
    ]);
    expect(seriesOn(page, metrics.gpuState.name)).toEqual([
      `${metrics.gpuState.name}{${identity},state="healthy"} 1`,
    ]);
    expect(seriesOn(page, metrics.gpuThrottled.name)).toEqual([
      `${metrics.gpuThrottled.name}{${identity},reason="sw-power-cap"} 1`,
    ]);
    expect(page).not.toContain(metrics.gpuFindings.name);
  });

  it('name what a sick one has, each kind once, and count its XIDs', () => {
    const page = pageOf([aSickGpu()]);

    expect(seriesOn(page, metrics.gpuFindings.name)).toEqual([
      `${metrics.gpuFindings.name}{${identity},reason="ecc"} 1`,
      `${metrics.gpuFindings.name}{${identity},reason="xid"} 1`,
    ]);
    expect(seriesOn(page, metrics.gpuXids.name)).toEqual([
      `${metrics.gpuXids.name}{${identity},xid="79"} 1`,
      `${metrics.gpuXids.name}{${identity},xid="119"} 4`,
    ]);
  });

  it('leave out what is not known, and name nobody where no replica is on it', () => {
    const sample = { index: 3, throttling: [], rowRemapPending: false, rowRemapFailed: false };
    const page = pageOf([aGpuReading({ sample, numaNode: undefined, replicas: [] })]);

    expect(page.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
      `${metrics.gpuInfo.name}{gpu="3",uuid="GPU-3"} 1`,
      `${metrics.gpuState.name}{gpu="3",state="healthy"} 1`,
    ]);
  });

  it('name all replicas on it, as far as a label may be long', () => {
    const two = aGpuReading({ replicas: ['a', 'b'] });
    expect(pageOf([two])).toContain('replica="a,b"');

    const long = (length: number): string =>
      pageOf([aGpuReading({ replicas: ['x'.repeat(length)] })]);
    expect(long(LABEL_CHARACTERS_MAX)).toContain('replica="xxx');
    expect(long(LABEL_CHARACTERS_MAX + 1)).toContain('replica="other"');
  });

  it('tell how old they are, where they were ever read', () => {
    expect(valueOn(pageOf([], 2_500), metrics.gpuReadingAge.name)).toBe(2.5);
    expect(pageOf([])).toBe('');
  });
});
