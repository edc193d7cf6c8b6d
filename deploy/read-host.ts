import { readAllowedSet } from '../telemetry/gpu/allowed-set.ts';
import { migMemoryMib } from '../telemetry/gpu/gpu-list.ts';
import { numberIn } from '../telemetry/gpu/gpu-query.ts';
import type { GpuReading } from '../telemetry/gpu/gpu-reading.ts';
import { readGpus } from '../telemetry/gpu/gpu-reading.ts';
import type { AskSmi } from '../telemetry/gpu/nvidia-smi.ts';
import { readNumaNodes } from '../telemetry/gpu/numa-nodes.ts';
import {
  nvidiaAddresses,
  pciAddress,
  readPciPlace,
  readRdmaCards,
} from '../telemetry/gpu/pci-devices.ts';
import type { SystemFiles } from '../telemetry/gpu/system-files.ts';
import { isNvlink } from '../telemetry/gpu/topology-matrix.ts';
import type { Allowed, Gpu, Host, MigDevice, NumaNode } from './host.ts';

/** Where a host is read from. */
export interface HostSources {
  readonly ask: AskSmi;
  readonly files: SystemFiles;
}

/**
 * Reads a host: GPUs from nvidia-smi; nodes, cores and places on the PCI bus from the kernel, which knows them better
 * and where nvidia-smi fails. What cannot be read is missing and has a remark; it never throws.
 */
export async function readHost({ ask, files }: HostSources): Promise<Host> {
  const readings = await readGpus(ask);
  const nodes = readNumaNodes(files);
  const gpus = readings.gpus.map((reading) => gpuOf(reading, nodes, files));
  const nics = readRdmaCards(files).map(({ name, numaNode, pciRoot }) => ({
    name,
    ...(numaNode !== undefined && { numaNode }),
    ...(pciRoot !== undefined && { pciRoot }),
  }));
  const { cpuQuota, ...limits } = readAllowedSet(files);
  const allowed = narrowing(limits, nodes);
  return {
    gpus,
    nodes,
    ...(nics.length > 0 && { nics }),
    ...(allowed && { allowed }),
    remarks: [...readings.remarks, ...unlisted(gpus, files), ...quota(cpuQuota)],
  };
}

function gpuOf(reading: GpuReading, nodes: readonly NumaNode[], files: SystemFiles): Gpu {
  const { listed, row, topology, closedPeers = [], fault } = reading;
  const memoryMib = row && numberIn(row, 'memory.total');
  const isCut = row?.get('mig.mode.current') === 'Enabled' || listed.migDevices.length > 0;
  return {
    index: listed.index,
    name: listed.name,
    uuid: listed.uuid,
    ...placeOf(reading, nodes, files),
    ...(memoryMib !== undefined && { memoryMib }),
    ...(topology && { nvlinkPeers: nvlinkPeers(topology.links) }),
    ...(closedPeers.length > 0 && { closedPeers }),
    ...(isCut && { migDevices: listed.migDevices.map(migDevice) }),
    ...(fault !== undefined && { fault }),
  };
}

/** Where a GPU is: the kernel is asked first, then nvidia-smi, and last the CPUs near it. */
function placeOf(
  { row, topology }: GpuReading,
  nodes: readonly NumaNode[],
  files: SystemFiles,
): Pick<Gpu, 'pciAddress' | 'pciRoot' | 'numaNode'> {
  const busId = row?.get('pci.bus_id');
  const address = busId === undefined ? undefined : pciAddress(busId);
  const place = address === undefined ? {} : readPciPlace(files, address);
  const near = nodeWith(place.cpus ?? topology?.cpus, nodes);
  const numaNode = place.numaNode ?? topology?.numaNode ?? near;
  return {
    ...(address !== undefined && { pciAddress: address }),
    ...(place.pciRoot !== undefined && { pciRoot: place.pciRoot }),
    ...(numaNode !== undefined && { numaNode }),
  };
}

function migDevice({ uuid, profile }: GpuReading['listed']['migDevices'][number]): MigDevice {
  const memoryMib = migMemoryMib(profile);
  return { uuid, profile, ...(memoryMib !== undefined && { memoryMib }) };
}

function nvlinkPeers(links: ReadonlyMap<number, string>): readonly number[] {
  return [...links].filter(([, link]) => isNvlink(link)).map(([peer]) => peer);
}

/** The one node that has all of these CPUs. */
function nodeWith(
  cpus: readonly number[] | undefined,
  nodes: readonly NumaNode[],
): number | undefined {
  if (cpus === undefined) return undefined;
  return nodes.find(({ cores }) => {
    const own = new Set(cores.flat());
    return cpus.every((cpu) => own.has(cpu));
  })?.id;
}

/** The limits, where they keep anything of the nodes from us. */
function narrowing(
  { cpus, memoryNodes }: Allowed,
  nodes: readonly NumaNode[],
): Allowed | undefined {
  const forbidsCpu =
    cpus !== undefined &&
    nodes.some(({ cores }) => cores.flat().some((cpu) => !cpus.includes(cpu)));
  const forbidsNode =
    memoryNodes !== undefined &&
    nodes.some(({ id, hasMemory }) => hasMemory && !memoryNodes.includes(id));
  if (!forbidsCpu && !forbidsNode) return undefined;
  return { ...(forbidsCpu && { cpus }), ...(forbidsNode && { memoryNodes }) };
}

/** GPUs that the bus knows and nvidia-smi does not. */
function unlisted(gpus: readonly Gpu[], files: SystemFiles): readonly string[] {
  const known = new Set(gpus.map(({ pciAddress: address }) => address));
  if (gpus.length > 0 && known.has(undefined)) return [];
  const missing = nvidiaAddresses(files).filter((address) => !known.has(address));
  if (missing.length === 0) return [];
  const those = missing.length === 1 ? 'an NVIDIA GPU' : `${missing.length} NVIDIA GPUs`;
  return [
    `The PCI bus has ${those} that nvidia-smi does not list (${missing.join(', ')}): see whether the driver is loaded, and the kernel log for "fallen off the bus".`,
  ];
}

function quota(cpus: number | undefined): readonly string[] {
  if (cpus === undefined) return [];
  return [
    `The control group grants the time of ${Number(cpus.toFixed(1))} CPUs: raise it to what the plan pins, or engines stall.`,
  ];
}
