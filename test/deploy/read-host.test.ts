import { describe, expect, it } from 'vitest';

import type { Host } from '../../deploy/host.ts';
import { publishedHost } from '../../deploy/published-host.ts';
import { readHost } from '../../deploy/read-host.ts';
import { SystemFiles } from '../../telemetry/gpu/system-files.ts';
import { askAnswers, PlantedMachine, smiAnswers } from '../support/machine.ts';

const BUS = 'sys/bus/pci/devices';

async function read(
  machineOf: Host,
  answers: Readonly<Record<string, string>> = smiAnswers(machineOf),
  plant: (machine: PlantedMachine) => unknown = () => undefined,
): Promise<Host> {
  using machine = new PlantedMachine();
  plant(machine.host(machineOf));
  return await readHost({ ask: askAnswers(answers), files: new SystemFiles(machine.root) });
}

/** The GPUs of the published host on fewer cores, which are quicker to write down. */
const host: Host = {
  gpus: publishedHost.gpus,
  nodes: publishedHost.nodes.map((node) => ({ ...node, cores: node.cores.slice(0, 2) })),
};

/** One GPU that tells no node. */
const homeless: Host = { ...host, gpus: [{ index: 0, name: 'H100' }] };

describe('a host that is read', () => {
  it('is the published one, from its nvidia-smi and its kernel', async () => {
    const { gpus, nodes, remarks, allowed } = await read(publishedHost);

    expect(nodes).toEqual(publishedHost.nodes);
    expect(gpus).toHaveLength(8);
    expect(gpus[5]).toEqual({
      ...publishedHost.gpus[5],
      uuid: 'GPU-5',
      pciAddress: '0000:15:00.0',
      pciRoot: 'pci0000:00',
    });
    expect(remarks).toEqual([]);
    expect(allowed).toBeUndefined();
  });

  it('believes the kernel before nvidia-smi', async () => {
    const answers = smiAnswers(host);
    const wrong = {
      ...answers,
      'topo -m': (answers['topo -m'] ?? '').replaceAll('\t1\t', '\t0\t'),
    };

    expect((await read(host, wrong)).gpus[7]?.numaNode).toBe(1);
  });

  it('believes nvidia-smi where the kernel does not know', async () => {
    const told = { ...homeless, gpus: [{ index: 0, name: 'H100', numaNode: 1 }] };

    expect((await read(homeless, smiAnswers(told))).gpus[0]?.numaNode).toBe(1);
  });

  it('finds the node by the CPUs near a GPU where neither tells it', async () => {
    const near = (list: string) => (machine: PlantedMachine) =>
      machine.file(`${BUS}/0000:10:00.0/local_cpulist`, list);

    expect((await read(homeless, undefined, near('96-97,288-289'))).gpus[0]?.numaNode).toBe(1);
    expect((await read(homeless, undefined, near('0-97'))).gpus[0]).not.toHaveProperty('numaNode');
  });

  it('has the GPUs that cannot read each other', async () => {
    const matrix = 'GPU0 GPU1\nGPU0 X GNS\nGPU1 OK X';
    const { gpus } = await read(host, { ...smiAnswers(host), 'topo -p2p': matrix });

    expect(gpus[0]?.closedPeers).toEqual([1]);
    expect(gpus[1]).not.toHaveProperty('closedPeers');
  });

  it('has the MIG devices of its GPUs', async () => {
    const migDevices = [{ uuid: 'MIG-a', profile: '1g.10gb' }];
    const cut = { ...homeless, gpus: [{ index: 0, name: 'H100', migDevices }] };

    expect((await read(cut)).gpus[0]?.migDevices).toEqual([{ ...migDevices[0], memoryMib: 9850 }]);
  });

  it('knows what is narrower than the machine', async () => {
    const limited = await read(host, undefined, (machine) =>
      machine.file('proc/self/status', 'Cpus_allowed_list:\t0,96\nMems_allowed_list:\t0-1'),
    );

    expect(limited.allowed).toEqual({ cpus: [0, 96] });
  });

  it('says that a control group grants less time than there are CPUs', async () => {
    const { remarks } = await read(host, undefined, (machine) =>
      machine.file('sys/fs/cgroup/cpu.max', '400000 100000'),
    );

    expect(remarks?.[0]).toContain('grants the time of 4 CPUs');
  });

  it('has network cards where there are some', async () => {
    const { nics } = await read(host, undefined, (machine) =>
      machine.file('sys/class/infiniband/mlx5_0/device/numa_node', '1'),
    );

    expect(nics).toEqual([{ name: 'mlx5_0', numaNode: 1 }]);
  });

  it('says where the bus knows GPUs that nvidia-smi does not', async () => {
    const { gpus, remarks } = await read(host, {});

    expect(gpus).toEqual([]);
    expect(remarks).toEqual([
      'nvidia-smi failed (exit 6).',
      expect.stringMatching(
        /^The PCI bus has 8 NVIDIA GPUs that nvidia-smi does not list \(0000:10/u,
      ),
    ]);
  });

  it('names the one GPU that has fallen off the bus', async () => {
    const seven = { ...host, gpus: host.gpus.filter(({ index }) => index !== 3) };
    const { gpus, remarks } = await read(host, smiAnswers(seven));

    expect(gpus).toHaveLength(7);
    expect(remarks?.[0]).toContain(
      'has an NVIDIA GPU that nvidia-smi does not list (0000:13:00.0)',
    );
  });

  it('goes on with what -L tells where the query fails', async () => {
    const { '-L': list = '', 'topo -m': matrix = '' } = smiAnswers(host);
    const { gpus, remarks } = await read(host, { '-L': list, 'topo -m': matrix });

    expect(gpus[7]).toMatchObject({ index: 7, numaNode: 1, nvlinkPeers: [0, 1, 2, 3, 4, 5, 6] });
    expect(gpus[7]).not.toHaveProperty('fault');
    expect(remarks).toEqual(['nvidia-smi failed (exit 6).']);
  });
});
