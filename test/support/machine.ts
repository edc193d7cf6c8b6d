import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { cpuListText, cpuRanges } from '../../deploy/cpu-list.ts';
import type { Gpu, Host } from '../../deploy/host.ts';
import type { AskSmi } from '../../telemetry/gpu/nvidia-smi.ts';

/** A folder that holds the kernel's files of a made-up machine and, if wanted, its nvidia-smi. */
export class PlantedMachine {
  readonly root: string = mkdtempSync(join(tmpdir(), 'numagate-machine-'));

  /** Writes one file, and the folders above it. */
  file(path: string, text: string): this {
    const whole = join(this.root, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, `${text}\n`);
    return this;
  }

  /** Links one path to another, as the kernel does with devices. */
  link(path: string, target: string): this {
    const whole = join(this.root, path);
    mkdirSync(dirname(whole), { recursive: true });
    symlinkSync(join(this.root, target), whole);
    return this;
  }

  /** The nodes, cores and PCI devices of a host. */
  host({ nodes, gpus }: Host): this {
    const system = 'sys/devices/system';
    this.file(`${system}/node/online`, listText(nodes.map(({ id }) => id)));
    const memory = nodes.filter(({ hasMemory }) => hasMemory).map(({ id }) => id);
    this.file(`${system}/node/has_memory`, listText(memory));
    for (const { id, cores, distances } of nodes) {
      this.file(`${system}/node/node${id}/cpulist`, listText(cores.flat()));
      const far = nodes.map((other) => distances?.[other.id] ?? 20).join(' ');
      this.file(`${system}/node/node${id}/distance`, far);
      for (const core of cores) {
        for (const cpu of core) {
          const folder = `${system}/cpu/cpu${cpu}/topology`;
          this.file(`${folder}/thread_siblings_list`, core.join(','));
        }
      }
    }
    for (const gpu of gpus) this.#pciDevice(gpu);
    return this;
  }

  #pciDevice(gpu: Gpu): void {
    const address = addressOf(gpu);
    const folder = `sys/devices/${gpu.pciRoot ?? 'pci0000:00'}/${address}`;
    this.file(`${folder}/numa_node`, String(gpu.numaNode ?? -1));
    this.file(`${folder}/vendor`, '0x10de');
    this.file(`${folder}/class`, '0x030200');
    this.link(`sys/bus/pci/devices/${address}`, folder);
  }

  /** A program that a shell runs, in place of nvidia-smi unless named otherwise. Gives its path. */
  program(body: string, name = 'nvidia-smi'): string {
    const path = join(this.root, name);
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** An nvidia-smi that tells of the GPUs of a host. Gives its path. */
  smi(host: Host): string {
    const answers = Object.entries(smiAnswers(host)).map(([words, text], at) => {
      this.file(`smi/${at}`, text);
      return `'${words}'*) cat '${join(this.root, 'smi', String(at))}';;`;
    });
    return this.program(`case "$*" in\n${answers.join('\n')}\n*) exit 6;;\nesac`);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** What a driver of the 590s answers, by the beginning of the arguments. */
export function smiAnswers({ gpus, nodes }: Host): Readonly<Record<string, string>> {
  return {
    '-L': gpus.map(listed).join('\n'),
    '--help-query-gpu': helpText,
    '--query-gpu': gpus.map(queried).join('\n'),
    'topo -m': topology(gpus, nodes),
  };
}

/** Asks those answers in place of a process. */
export function askAnswers(answers: Readonly<Record<string, string>>): AskSmi {
  return (args) => {
    const words = args.join(' ');
    const known = Object.entries(answers).find(([begin]) => words.startsWith(begin));
    return Promise.resolve(
      known === undefined
        ? { text: '', problem: 'nvidia-smi failed (exit 6)' }
        : { text: known[1] },
    );
  };
}

const helpText = `List of valid properties to query for the switch "--query-gpu":

"driver_version"
The version of the installed NVIDIA display driver.

"pci.bus_id" or "gpu_bus_id"
PCI bus id as "domain:bus:device.function", in hex.

"index"
"uuid" or "gpu_uuid"
"name" or "gpu_name"
"memory.total"
"mig.mode.current"
"gpu_recovery_action"
"remapped_rows.failure"
"fabric.state"
`;

function listed({ index, name, uuid = `GPU-${index}`, migDevices = [] }: Gpu): string {
  const parts = migDevices.map(
    (device, at) => `  MIG ${device.profile.padEnd(12)} Device  ${at}: (UUID: ${device.uuid})`,
  );
  return [`GPU ${index}: ${name} (UUID: ${uuid})`, ...parts].join('\n');
}

/** In the order of the fields that a reading asks for. */
function queried(gpu: Gpu): string {
  const { index, name, uuid = `GPU-${index}`, memoryMib, migDevices } = gpu;
  const busId = `0000${addressOf(gpu).toUpperCase()}`;
  const memory = memoryMib === undefined ? '[N/A]' : String(memoryMib);
  const mig = migDevices === undefined ? 'Disabled' : 'Enabled';
  const rest = ['590.48.01', memory, mig, 'None', 'No', 'Completed'];
  return [index, uuid, busId, name, ...rest].join(', ');
}

/** Raw, with an underlined header and the doubled tab before the last column. */
function topology(gpus: readonly Gpu[], nodes: Host['nodes']): string {
  const escape = String.fromCodePoint(27);
  const names = gpus.map(({ index }) => `GPU${index}`).join('\t');
  const rows = gpus.map(({ index, numaNode, nvlinkPeers = [] }) => {
    const cells = gpus.map((other) => {
      if (other.index === index) return ' X ';
      return nvlinkPeers.includes(other.index) ? 'NV18' : 'SYS';
    });
    const cores = nodes.find(({ id }) => id === numaNode)?.cores ?? [];
    return [`GPU${index}`, ...cells, listText(cores.flat()), numaNode ?? '', '', 'N/A'].join('\t');
  });
  const header = `\t${escape}[4m${names}\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID${escape}[0m`;
  return [header, ...rows, '', 'Legend:', '', '  X    = Self'].join('\n');
}

function addressOf({ index, pciAddress }: Gpu): string {
  return pciAddress ?? `0000:${(16 + index).toString(16)}:00.0`;
}

function listText(numbers: readonly number[]): string {
  return cpuListText(cpuRanges(numbers));
}
