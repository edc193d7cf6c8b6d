import { describe, expect, it } from 'vitest';

import { migMemoryMib, parseGpuList } from '../../../telemetry/gpu/gpu-list.ts';
import { smiCapturesOf, withoutSmiCaptures } from '../../support/smi-captures.ts';

describe('the list of GPUs', () => {
  it('has the MIG devices under their GPU', () => {
    const text = [
      'GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-a)',
      '  MIG 1c.3g.71gb  Device  0: (UUID: MIG-a)',
      '  MIG 1g.10gb     Device  1: (UUID: MIG-b)',
      'GPU 12: Tesla (x) T4 (UUID: GPU-b)',
      '',
    ].join('\r\n');

    expect(parseGpuList(text)).toEqual([
      {
        index: 0,
        name: 'NVIDIA H100 80GB HBM3',
        uuid: 'GPU-a',
        migDevices: [
          { profile: '1c.3g.71gb', uuid: 'MIG-a' },
          { profile: '1g.10gb', uuid: 'MIG-b' },
        ],
      },
      { index: 12, name: 'Tesla (x) T4', uuid: 'GPU-b', migDevices: [] },
    ]);
  });

  it('is empty where something else is said', () => {
    expect(parseGpuList('No devices were found')).toEqual([]);
    expect(parseGpuList('  MIG 1g.10gb     Device  1: (UUID: MIG-b)')).toEqual([]);
  });

  it.skipIf(withoutSmiCaptures).each(smiCapturesOf('list-gpus'))(
    'of real drivers is read: %s',
    (name, text) => {
      const [gpu, ...others] = parseGpuList(text);

      expect(others).toEqual([]);
      expect(gpu?.name).toMatch(/^NVIDIA H/u);
      expect((gpu?.migDevices.length ?? 0) > 1).toBe(name.includes('mig'));
    },
  );
});

describe('the memory of a MIG device', () => {
  it.each([
    ['1g.10gb', 9850],
    ['3g.40gb', 39_400],
    ['1c.3g.71gb', 69_935],
    ['1g', undefined],
  ])('of profile %s is %j MiB', (profile, memoryMib) => {
    expect(migMemoryMib(profile)).toBe(memoryMib);
  });
});
