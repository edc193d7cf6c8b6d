import { parseCpuList } from './cpu-list-text.ts';
import type { SystemFiles } from './system-files.ts';

/** Where a device is plugged in. What the kernel does not know is absent. */
export interface PciPlace {
  readonly numaNode?: number;
  /** The CPUs near it; absent where they are not told. */
  readonly cpus?: readonly number[];
  /** The host bridge that it hangs from, `pci0000:17`. */
  readonly pciRoot?: string;
}

/** A network card that can be used without the kernel. */
export interface RdmaCard extends PciPlace {
  readonly name: string;
}

const DEVICES = 'sys/bus/pci/devices';
const CARDS = 'sys/class/infiniband';
const NVIDIA = '0x10de';
const DISPLAY_CLASS = '0x03';

/** An address as sysfs writes it, `0000:1b:00.0`, from how nvidia-smi does, `00000000:1B:00.0`. */
export function pciAddress(busId: string): string {
  const [domain = '', ...rest] = busId.trim().toLowerCase().split(':');
  return [domain.slice(-4).padStart(4, '0'), ...rest].join(':');
}

/** Where the device of that address is plugged in. */
export function readPciPlace(files: SystemFiles, address: string): PciPlace {
  return placeIn(files, `${DEVICES}/${address}`);
}

/** The addresses of NVIDIA's GPUs, which the bus knows also where no driver does. */
export function nvidiaAddresses(files: SystemFiles): readonly string[] {
  return files.names(DEVICES).filter((address) => {
    const vendor = files.text(`${DEVICES}/${address}/vendor`);
    const kind = files.text(`${DEVICES}/${address}/class`);
    return vendor === NVIDIA && kind?.startsWith(DISPLAY_CLASS) === true;
  });
}

/** The network cards that engines may use between GPUs. */
export function readRdmaCards(files: SystemFiles): readonly RdmaCard[] {
  return files.names(CARDS).map((name) => ({ name, ...placeIn(files, `${CARDS}/${name}/device`) }));
}

function placeIn(files: SystemFiles, folder: string): PciPlace {
  const node = Number.parseInt(files.text(`${folder}/numa_node`) ?? '', 10);
  const cpus = parseCpuList(files.text(`${folder}/local_cpulist`) ?? '');
  const pciRoot = /\/(pci[\da-f]{4,}:[\da-f]{2})(?:\/|$)/u.exec(files.target(folder) ?? '')?.[1];
  return {
    // Many virtual machines say -1: nobody knows.
    ...(node >= 0 && { numaNode: node }),
    ...(cpus.length > 0 && { cpus }),
    ...(pciRoot !== undefined && { pciRoot }),
  };
}
