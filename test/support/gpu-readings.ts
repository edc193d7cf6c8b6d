import type { GpuReading } from '../../telemetry/gpu-gauges.ts';

/** A sound GPU on node 1, with one replica on it. */
export function aGpuReading(facts: Partial<GpuReading> = {}): GpuReading {
  return {
    index: 3,
    uuid: 'GPU-3',
    migUuids: [],
    numaNode: 1,
    replicas: ['replica-0'],
    sample: {
      index: 3,
      name: 'NVIDIA H100 80GB HBM3',
      memoryUsedMib: 1_024,
      memoryTotalMib: 81_559,
      powerWatts: 612.5,
      temperatureCelsius: 61,
      smClockMhz: 1_755,
      usage: 0.98,
      throttling: ['sw-power-cap'],
      uncorrectedErrors: 2,
      rowRemapPending: false,
      rowRemapFailed: false,
    },
    verdict: { state: 'healthy', findings: [] },
    xids: new Map(),
    ...facts,
  };
}

/** One that was struck by XID 79 and by two errors of its memory. */
export function aSickGpu(facts: Partial<GpuReading> = {}): GpuReading {
  return aGpuReading({
    verdict: {
      state: 'sick',
      findings: [
        { ailment: 'ecc', severity: 'sick', words: 'its memory has 2 more errors' },
        { ailment: 'xid', severity: 'sick', words: 'XID 79: the GPU has fallen off the bus' },
        { ailment: 'xid', severity: 'sick', words: 'XID 119: it does not answer' },
      ],
    },
    xids: new Map([
      ['79', 1],
      ['119', 4],
    ]),
    ...facts,
  });
}
