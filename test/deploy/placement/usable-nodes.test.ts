import { describe, expect, it } from 'vitest';

import type { Host } from '../../../deploy/host.ts';
import { UsableNodes } from '../../../deploy/placement/usable-nodes.ts';

const host: Host = {
  gpus: [],
  nodes: [
    { id: 2, cores: [], hasMemory: true, distances: { 0: 30, 1: 20, 2: 10 } },
    {
      id: 1,
      cores: [
        [2, 6],
        [3, 7],
      ],
      hasMemory: true,
    },
    {
      id: 0,
      cores: [
        [0, 4],
        [1, 5],
      ],
      hasMemory: false,
    },
  ],
};

const nodesOf = (facts: Partial<Host> = {}): UsableNodes => new UsableNodes({ ...host, ...facts });
const ids = (nodes: readonly { readonly id: number }[]): number[] => nodes.map(({ id }) => id);

describe('the nodes that may be used', () => {
  it('stand in the order of their ids', () => {
    expect(ids(nodesOf().all)).toEqual([0, 1, 2]);
  });

  it('lose the threads and cores that are not allowed', () => {
    const { all } = nodesOf({ allowed: { cpus: [0, 2, 6] } });

    expect(all.map(({ cores }) => cores)).toEqual([[[0]], [[2, 6]], []]);
  });

  it('serve their own GPUs', () => {
    expect(ids(nodesOf().coresFor(0))).toEqual([0]);
    expect(ids(nodesOf().memoryFor(1))).toEqual([1]);
  });

  it('serve those of a node without cores or memory from the nearest that has them', () => {
    expect(ids(nodesOf().coresFor(2))).toEqual([1]);
    expect(ids(nodesOf({ allowed: { cpus: [0] } }).coresFor(2))).toEqual([0]);
    expect(ids(nodesOf().memoryFor(0))).toEqual([1]);
  });

  it('all serve GPUs whose node nobody tells', () => {
    expect(ids(nodesOf().coresFor(undefined))).toEqual([0, 1]);
    expect(ids(nodesOf().coresFor(9))).toEqual([0, 1]);
  });

  it('serve nobody where nothing is allowed', () => {
    expect(nodesOf({ allowed: { cpus: [], memoryNodes: [] } }).coresFor(0)).toEqual([]);
    expect(nodesOf({ allowed: { cpus: [], memoryNodes: [] } }).memoryFor(0)).toEqual([]);
  });
});
