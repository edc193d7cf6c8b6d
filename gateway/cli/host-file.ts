import { z } from 'zod';

import { cpuListText, cpuRanges } from '../../deploy/cpu-list.ts';
import type { Host } from '../../deploy/host.ts';
import { parseCpuList } from '../../telemetry/gpu/cpu-list-text.ts';

/** What a file begins with that this command wrote, and the version of its form. */
const FORMAT = 'numagate-host-1';

const GPUS_MAX = 256;
const NODES_MAX = 1024;
const TEXT_MAX = 1000;
const CORES_TEXT_MAX = 200_000;

const text = z.string().max(TEXT_MAX);
const id = z.int().min(0).max(65_535);
const cpus = z
  .string()
  .max(CORES_TEXT_MAX)
  .regex(/^[\d,-]*$/u, 'it is no list of CPUs such as 0-47,96-143')
  .transform(parseCpuList);

const gpu = z.strictObject({
  index: id,
  name: text,
  uuid: text.exactOptional(),
  numaNode: id.exactOptional(),
  pciAddress: text.exactOptional(),
  pciRoot: text.exactOptional(),
  memoryMib: z.number().positive().exactOptional(),
  nvlinkPeers: z.array(id).max(GPUS_MAX).exactOptional(),
  closedPeers: z.array(id).max(GPUS_MAX).exactOptional(),
  migDevices: z
    .array(
      z.strictObject({
        uuid: text,
        profile: text,
        memoryMib: z.number().positive().exactOptional(),
      }),
    )
    .max(GPUS_MAX)
    .exactOptional(),
  fault: text.exactOptional(),
});

const node = z.strictObject({
  id,
  /** The threads of each core as a list, the cores after each other: `0,192 1,193`. */
  cores: z
    .string()
    .max(CORES_TEXT_MAX)
    .regex(/^[\d, -]*$/u, 'it is no line of cores such as "0,192 1,193"')
    .transform((line) =>
      line
        .split(' ')
        .map(parseCpuList)
        .filter((core) => core.length > 0),
    ),
  hasMemory: z.boolean(),
  distances: z.record(text, z.number()).exactOptional(),
});

const nic = z.strictObject({
  name: text,
  numaNode: id.exactOptional(),
  pciRoot: text.exactOptional(),
});

const hostFile = z.strictObject({
  format: z.literal(FORMAT, `it is not ${FORMAT}`),
  host: z.strictObject({
    gpus: z.array(gpu).max(GPUS_MAX).refine(differ('index'), 'two GPUs have one index'),
    nodes: z.array(node).max(NODES_MAX).refine(differ('id'), 'two nodes have one id'),
    nics: z.array(nic).max(GPUS_MAX).exactOptional(),
    allowed: z
      .strictObject({
        cpus: cpus.exactOptional(),
        memoryNodes: z.array(id).max(NODES_MAX).exactOptional(),
      })
      .exactOptional(),
    remarks: z.array(text).max(GPUS_MAX).exactOptional(),
  }),
});

/** A host as a file that a person can read, attach to a report and plan with elsewhere. */
export function printHost({ nodes, allowed, ...rest }: Host): string {
  const host = {
    ...rest,
    nodes: nodes.map((each) => ({
      ...each,
      cores: each.cores.map((core) => core.join(',')).join(' '),
    })),
    ...(allowed && {
      allowed: {
        ...allowed,
        ...(allowed.cpus && { cpus: cpuListText(cpuRanges(allowed.cpus)) }),
      },
    }),
  };
  return `${JSON.stringify({ format: FORMAT, host }, null, 2)}\n`;
}

/** Reads such a file. Throws an error that says what is wrong where. */
export function parseHost(json: string): Host {
  const result = hostFile.safeParse(JSON.parse(json));
  if (result.success) return result.data.host;
  const [issue] = result.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the file' : issue.path.join('.');
  throw new TypeError(`${where}: ${issue?.message}`);
}

function differ<Key extends string>(key: Key): (items: readonly Record<Key, number>[]) => boolean {
  return (items) => new Set(items.map((item) => item[key])).size === items.length;
}
