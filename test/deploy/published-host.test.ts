import { describe, expect, it } from 'vitest';

import { cpuListText, cpuRanges } from '../../deploy/cpu-list.ts';
import { publishedHost } from '../../deploy/published-host.ts';

describe('the published host', () => {
  it('has eight GPUs, four on each of two nodes', () => {
    const nodes = publishedHost.gpus.map(({ numaNode }) => numaNode);

    expect(nodes).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });

  it('has 96 cores of two threads on each node', () => {
    const lists = publishedHost.nodes.map(({ cores }) => cpuListText(cpuRanges(cores.flat())));

    expect(lists).toEqual(['0-95,192-287', '96-191,288-383']);
    expect(publishedHost.nodes.map(({ cores }) => cores[1])).toEqual([
      [1, 193],
      [97, 289],
    ]);
  });
});
