import { describe, expect, it } from 'vitest';

import {
  nvidiaAddresses,
  pciAddress,
  readPciPlace,
  readRdmaCards,
} from '../../../telemetry/gpu/pci-devices.ts';
import { SystemFiles } from '../../../telemetry/gpu/system-files.ts';
import { PlantedMachine } from '../../support/machine.ts';

const BUS = 'sys/bus/pci/devices';

describe('an address on the PCI bus', () => {
  it.each([
    ['00000000:1B:00.0', '0000:1b:00.0'],
    ['00010000:AF:00.0', '0000:af:00.0'],
    ['0000:9b:00.0', '0000:9b:00.0'],
    ['9B:00.0', '009b:00.0'],
  ])('%s is %s in sysfs', (busId, address) => {
    expect(pciAddress(busId)).toBe(address);
  });
});

describe('a device on the PCI bus', () => {
  it('has its node, the CPUs near it, and its host bridge', () => {
    using machine = new PlantedMachine();
    const device = 'sys/devices/pci0000:17/0000:17:01.0/0000:1b:00.0';
    machine
      .file(`${device}/numa_node`, '1')
      .file(`${device}/local_cpulist`, '2-3')
      .link(`${BUS}/0000:1b:00.0`, device);

    expect(readPciPlace(new SystemFiles(machine.root), '0000:1b:00.0')).toEqual({
      numaNode: 1,
      cpus: [2, 3],
      pciRoot: 'pci0000:17',
    });
  });

  it('has no node where the kernel says -1, and nothing where there is none', () => {
    using machine = new PlantedMachine();
    machine.file(`${BUS}/0000:1b:00.0/numa_node`, '-1');
    const files = new SystemFiles(machine.root);

    expect(readPciPlace(files, '0000:1b:00.0')).toEqual({});
    expect(readPciPlace(files, '0000:ff:00.0')).toEqual({});
  });
});

describe('the devices of a machine', () => {
  it('are GPUs where NVIDIA made them and their class is display', () => {
    using machine = new PlantedMachine();
    const plant = (address: string, vendor: string, kind: string): unknown =>
      machine.file(`${BUS}/${address}/vendor`, vendor).file(`${BUS}/${address}/class`, kind);
    plant('0000:1b:00.0', '0x10de', '0x030200');
    plant('0000:1b:00.1', '0x10de', '0x040300');
    plant('0000:1c:00.0', '0x1002', '0x030000');
    plant('0000:1d:00.0', '0x10de', '0x030000');

    expect(nvidiaAddresses(new SystemFiles(machine.root))).toEqual([
      '0000:1b:00.0',
      '0000:1d:00.0',
    ]);
  });

  it('are network cards with their node', () => {
    using machine = new PlantedMachine();
    machine
      .file('sys/class/infiniband/mlx5_0/device/numa_node', '1')
      .file('sys/class/infiniband/rxe0/ports', '');

    expect(readRdmaCards(new SystemFiles(machine.root))).toEqual([
      { name: 'mlx5_0', numaNode: 1 },
      { name: 'rxe0' },
    ]);
  });
});
