import { describe, expect, it } from 'vitest';

import type { Gpu } from '../../../deploy/host.ts';
import { acceleratorsOf } from '../../../deploy/placement/accelerators.ts';

const among = (gpus: readonly Partial<Gpu>[], ranks = 1) =>
  acceleratorsOf(
    { nodes: [], gpus: gpus.map((gpu, index) => ({ index, name: 'GPU', ...gpu })) },
    ranks,
  );

const visible = (gpus: readonly Partial<Gpu>[], ranks?: number): string[] =>
  among(gpus, ranks).usable.map(({ visibleAs }) => visibleAs);

describe('the accelerators of a host', () => {
  it('are called by UUIDs where these tell them apart, and else by indices', () => {
    expect(visible([{ uuid: 'GPU-a' }, { uuid: 'GPU-b' }])).toEqual(['GPU-a', 'GPU-b']);
    expect(visible([{ uuid: 'GPU-0' }, { uuid: 'GPU-0' }])).toEqual(['0', '1']);
    expect(visible([{ uuid: 'GPU-a' }, {}])).toEqual(['0', '1']);
  });

  it('stand in the order of their indices, whatever order lists them', () => {
    expect(visible([{ index: 3 }, { index: 1 }])).toEqual(['1', '3']);
  });

  it('are the MIG devices of a GPU that is cut, for one rank each', () => {
    const cut = {
      memoryMib: 81_559,
      migDevices: [
        { uuid: 'MIG-a', profile: '3g.40gb', memoryMib: 40_448 },
        { uuid: 'MIG-b', profile: '1g.10gb' },
      ],
    };

    expect(visible([cut, {}])).toEqual(['MIG-a', 'MIG-b', '1']);
    expect(among([cut]).usable.map(({ memoryMib }) => memoryMib)).toEqual([40_448, undefined]);
    expect(among([cut, {}], 2)).toMatchObject({
      usable: [{ visibleAs: '1' }],
      leftOut: ['GPU 0 is left out: its MIG devices cannot reach each other'],
    });
  });

  it('leave out a GPU that is sick, or cut into nothing', () => {
    expect(among([{ fault: 'it fell off the bus' }, { migDevices: [] }])).toEqual({
      usable: [],
      leftOut: [
        'GPU 0 is left out: it fell off the bus',
        'GPU 1 is left out: MIG is on and has no devices',
      ],
    });
  });

  it('form islands of what NVLink joins, over others between', () => {
    const gpus = [{ nvlinkPeers: [2] }, {}, { nvlinkPeers: [0, 3] }, { nvlinkPeers: [2] }];

    expect(among(gpus).usable.map(({ island }) => island)).toEqual([0, -1, 0, 0]);
  });

  it('form no island with a peer that cannot be used', () => {
    const gpus = [{ nvlinkPeers: [1] }, { nvlinkPeers: [0], fault: 'it needs a reset' }];

    expect(among(gpus).usable.map(({ island }) => island)).toEqual([-1]);
  });
});
