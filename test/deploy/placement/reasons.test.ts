import { describe, expect, it } from 'vitest';

import type { Gpu } from '../../../deploy/host.ts';
import { placementReasons } from '../../../deploy/placement/reasons.ts';

const facts = { numaNodes: [0], memoryNodes: [0], cores: [] };
const one = (gpu: Partial<Gpu>, island = -1) => ({
  gpu: { index: 0, name: 'GPU', ...gpu },
  visibleAs: 'MIG-a',
  island,
});

describe('the reasons of a placement', () => {
  it('name the bonds of its GPUs', () => {
    const pciRoot = 'pci0000:17';
    const accelerators = [one({ pciRoot }, 0), one({ pciRoot }, 0)];

    expect(placementReasons({ ...facts, accelerators })).toEqual([
      'its GPUs and memory are on node 0',
      'NVLink joins them, and they share PCI root pci0000:17',
    ]);
  });

  it('name no bond where there is none', () => {
    const accelerators = [one({ pciRoot: 'pci0000:17' }), one({ pciRoot: 'pci0000:18' })];

    expect(placementReasons({ ...facts, accelerators })).toHaveLength(1);
  });

  it('name the MIG device', () => {
    const accelerators = [one({ migDevices: [{ uuid: 'MIG-a', profile: '3g.40gb' }] })];

    expect(placementReasons({ ...facts, accelerators })[1]).toBe(
      'it is a MIG device 3g.40gb of GPU 0',
    );
  });

  it('count the cores and their threads', () => {
    const accelerators = [one({})];
    const last = (cores: readonly (readonly number[])[]): string | undefined =>
      placementReasons({ ...facts, accelerators, cores }).at(-1);

    expect(last([[0]])).toBe('1 core is its own');
    expect(
      last([
        [0, 2],
        [1, 3],
      ]),
    ).toBe('2 cores are its own, with 2 threads each');
  });

  it('say where the memory is, if anywhere', () => {
    expect(placementReasons({ ...facts, accelerators: [one({})], memoryNodes: [] })[0]).toBe(
      'its GPUs are on node 0, and its memory on no node',
    );
  });
});
