import { describe, expect, it } from 'vitest';

import { publishedHost } from '../../../deploy/published-host.ts';
import { readNumaNodes } from '../../../telemetry/gpu/numa-nodes.ts';
import { SystemFiles } from '../../../telemetry/gpu/system-files.ts';
import { PlantedMachine } from '../../support/machine.ts';

const NODE = 'sys/devices/system/node';
const CPU = 'sys/devices/system/cpu';

function nodesOf(plant: (machine: PlantedMachine) => unknown) {
  using machine = new PlantedMachine();
  plant(machine);
  return readNumaNodes(new SystemFiles(machine.root));
}

describe('the NUMA nodes of a machine', () => {
  it('have the cores of the published host, both threads together', () => {
    expect(nodesOf((machine) => machine.host(publishedHost))).toEqual(publishedHost.nodes);
  });

  it('may be sparse, and one of memory alone', () => {
    const nodes = nodesOf((machine) =>
      machine
        .file(`${NODE}/online`, '1,5')
        .file(`${NODE}/has_normal_memory`, '5')
        .file(`${NODE}/node1/cpulist`, '0-1')
        .file(`${NODE}/node1/distance`, '10 32')
        .file(`${NODE}/node5/cpulist`, ''),
    );

    expect(nodes).toEqual([
      { id: 1, cores: [[0], [1]], hasMemory: false, distances: { 1: 10, 5: 32 } },
      { id: 5, cores: [], hasMemory: true, distances: {} },
    ]);
  });

  it('have memory where the kernel does not say which have', () => {
    const [node] = nodesOf((machine) => machine.file(`${NODE}/online`, '0'));

    expect(node).toMatchObject({ hasMemory: true });
  });

  it('keep a thread whose sibling is off or on another node', () => {
    const [node] = nodesOf((machine) =>
      machine
        .file(`${NODE}/online`, '0')
        .file(`${NODE}/node0/cpulist`, '0-2')
        .file(`${CPU}/cpu0/topology/thread_siblings_list`, '0,4')
        .file(`${CPU}/cpu1/topology/thread_siblings_list`, '1-2')
        .file(`${CPU}/cpu2/topology/thread_siblings_list`, '1-2'),
    );

    expect(node?.cores).toEqual([[0], [1, 2]]);
  });

  it('are one on a kernel without NUMA, and none where nothing is told', () => {
    expect(nodesOf((machine) => machine.file(`${CPU}/online`, '0-1'))).toEqual([
      { id: 0, cores: [[0], [1]], hasMemory: true, distances: {} },
    ]);
    expect(nodesOf(() => undefined)).toEqual([]);
  });
});
