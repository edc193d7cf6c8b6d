import type { LaunchedReplica, LauncherState } from '../../deploy/launcher.ts';
import { cpuListText } from '../../deploy/placement.ts';
import type { AdminReplica } from './admin-replicas.ts';

const HEAD = ['replica', 'state', 'for', 'pid', 'GPUs', 'CPUs', 'nodes', 'restarts', 'load'];

/** The replicas of a launcher as a table for people, with what is wrong below it. `loads` are a gateway's, by id. */
export function statusTable(
  { replicas, stopping, pid }: LauncherState,
  loads: ReadonlyMap<string, AdminReplica>,
  nowMs: number,
): string {
  if (replicas.length === 0) return `The launcher (process ${pid}) runs no engine.`;
  const rows = replicas.map((replica) => rowOf(replica, loads.get(replica.plan.id), nowMs));
  const notes = replicas.flatMap((replica) => [
    ...notesOf(replica),
    ...drainNote(loads.get(replica.plan.id)),
  ]);
  if (stopping) notes.unshift('The launcher is ending its engines and itself.');
  return [aligned([HEAD, ...rows]), ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
}

function rowOf(
  { plan, phase, sinceMs, pid, affinity, restarts }: LaunchedReplica,
  load: AdminReplica | undefined,
  nowMs: number,
): readonly string[] {
  const ofKernel = affinity === undefined || affinity.threads === 0 ? undefined : affinity;
  return [
    plan.id,
    load?.state === 'draining' ? `${phase}, drained` : phase,
    ageText(nowMs - sinceMs),
    pid === undefined ? '-' : String(pid),
    plan.gpus.length === 0 ? '-' : plan.gpus.join(' '),
    ofKernel === undefined ? '-' : `${ofKernel.cpus}${ofKernel.strayThreads > 0 ? ' !' : ''}`,
    ofKernel?.memoryNodes ?? '-',
    String(restarts),
    load === undefined ? '-' : loadText(load),
  ];
}

function loadText({ inFlight, load }: AdminReplica): string {
  const usage = load?.kvCacheUsage;
  const requests = `${inFlight.requests} in flight`;
  return usage === undefined ? requests : `${requests}, KV ${usage.toFixed(2)}`;
}

function notesOf(replica: LaunchedReplica): string[] {
  const { plan, affinity, failure, outdated, pinning, pinningNote, logFile } = replica;
  const notes: string[] = [];
  if (affinity !== undefined && affinity.strayThreads > 0) {
    const { strayThreads, threads } = affinity;
    const planned = cpuListText(plan.cpus);
    notes.push(
      `! ${plan.id}: ${strayThreads} of ${threads} threads may run outside its CPUs ${planned}: ` +
        `gateway restart ${plan.id} pins it anew.`,
    );
  }
  const wantsPins = plan.cpus.length > 0 || plan.memoryNodes.length > 0;
  if (wantsPins && pinning !== undefined && pinning !== 'numactl' && pinning !== 'engine') {
    notes.push(`${plan.id}: ${pinningNote}.`);
  }
  if (failure !== undefined) notes.push(`${plan.id}: ${failure.sentence}; ${logFile}`);
  if (outdated) {
    notes.push(`${plan.id} runs by an older plan: gateway restart ${plan.id} takes the other.`);
  }
  return notes;
}

/** Why it is given no requests. */
function drainNote(load: AdminReplica | undefined): string[] {
  if (load?.state !== 'draining' || typeof load.stateReason !== 'string') return [];
  return [`${load.id} is given no requests: ${load.stateReason}.`];
}

function ageText(milliseconds: number): string {
  const seconds = Math.max(Math.floor(milliseconds / 1_000), 0);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
