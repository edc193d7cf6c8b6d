import type { ListedGpu } from './gpu-list.ts';
import { parseGpuList } from './gpu-list.ts';
import type { GpuRow } from './gpu-query.ts';
import { faultIn, knownFields, queryGpus } from './gpu-query.ts';
import type { AskSmi } from './nvidia-smi.ts';
import { parsePeerMatrix } from './peer-matrix.ts';
import type { TopologyRow } from './topology-matrix.ts';
import { parseTopology } from './topology-matrix.ts';

/** All that `nvidia-smi` tells of one GPU. */
export interface GpuReading {
  readonly listed: ListedGpu;
  /** Absent where the query failed for all GPUs. */
  readonly row?: GpuRow;
  /** Absent where there is no matrix. */
  readonly topology?: TopologyRow;
  /** Indices of the GPUs whose memory it cannot read; absent where the driver does not tell. */
  readonly closedPeers?: readonly number[];
  /** Why nothing is to run on it, in words that end a sentence. */
  readonly fault?: string;
}

/** All that `nvidia-smi` tells of a machine. */
export interface GpuReadings {
  readonly gpus: readonly GpuReading[];
  /** What it could not tell, a sentence each. */
  readonly remarks: readonly string[];
}

const FIELDS = [
  'index',
  'uuid',
  'pci.bus_id',
  'name',
  'driver_version',
  'memory.total',
  'mig.mode.current',
  'gpu_recovery_action',
  'remapped_rows.failure',
  'fabric.state',
];

/** Asks for the list, the fields and the matrices; after a first call without an answer it asks nothing more. */
export async function readGpus(ask: AskSmi): Promise<GpuReadings> {
  const list = await ask(['-L']);
  const listed = parseGpuList(list.text);
  const listRemarks = list.problem === undefined ? [] : [`${list.problem}.`];
  if (listed.length === 0) return { gpus: [], remarks: listRemarks };
  const [{ rows, complaints, problem }, matrix, peerMatrix] = await Promise.all([
    knownFields(ask, FIELDS).then((fields) => queryGpus(ask, fields)),
    ask(['topo', '-m']),
    ask(['topo', '-p2p', 'r']),
  ]);
  const topology = parseTopology(matrix.text);
  const peers = parsePeerMatrix(peerMatrix.text);
  return {
    gpus: listed.map((gpu) => {
      const row = rows.find((each) => each.get('index') === String(gpu.index));
      const topologyRow = topology?.find(({ index }) => index === gpu.index);
      const closedPeers = peers.get(gpu.index);
      const fault = row === undefined ? silence(rows) : faultOf(row);
      return {
        listed: gpu,
        ...(row && { row }),
        ...(topologyRow && { topology: topologyRow }),
        ...(closedPeers && { closedPeers }),
        ...(fault !== undefined && { fault }),
      };
    }),
    remarks: [
      ...listRemarks,
      ...(problem === undefined ? [] : [`${problem}.`]),
      ...complaints.map((line) => `nvidia-smi says: ${line}`),
      ...(topology === undefined ? [noMatrix(matrix.problem)] : []),
    ],
  };
}

/** A GPU that is missing among others has ceased to answer; where all are missing it was the query that failed. */
function silence(rows: readonly GpuRow[]): string | undefined {
  return rows.length === 0 ? undefined : 'nvidia-smi lists it and tells nothing of it';
}

function faultOf(row: GpuRow): string | undefined {
  const said = faultIn(row);
  if (said !== undefined) return `nvidia-smi says of it: ${said}`;
  const recovery = row.get('gpu_recovery_action') ?? 'None';
  if (recovery !== 'None') return `its driver asks for a recovery: ${recovery}`;
  if (row.get('remapped_rows.failure') === 'Yes')
    return 'its memory has more bad rows than spare ones';
  if (row.get('fabric.state') === 'In Progress') {
    return 'its NVLink fabric is not up; see whether nvidia-fabricmanager runs';
  }
  return undefined;
}

function noMatrix(problem: string | undefined): string {
  return `No topology matrix (${problem ?? 'none was printed'}): which GPUs NVLink joins is not known.`;
}
