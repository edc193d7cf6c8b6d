import type { LaunchedReplica, LauncherState } from '../../deploy/launcher.ts';
import { cpuListText } from '../../deploy/placement.ts';
import { durationText } from '../replay/report/quantity-text.ts';

/** Between two lines on one replica that loads. */
const PROGRESS_MS = 5_000;

/** What has become of launched replicas since the last look, as lines for people. */
export class LaunchNews {
  readonly #adopted: ReadonlySet<string>;
  readonly #last: Map<string, Told> = new Map();
  /** Another launcher does not know of it. */
  #hasServed = false;

  /** `adopted` are the replicas that ran before this gateway came. */
  constructor(adopted: ReadonlySet<string>) {
    this.#adopted = adopted;
  }

  /** The lines of one look, made at `nowMs` since 1970. */
  linesOf(state: LauncherState, nowMs: number): readonly string[] {
    const replicas =
      this.lostAtFirst(state) === undefined ? state.replicas : state.replicas.map(lost);
    return replicas.flatMap((replica) => {
      const { id } = replica.plan;
      const before = this.#last.get(id);
      const line = this.#lineOf(replica, before, nowMs);
      if (line === undefined) return [];
      this.#last.set(id, { ...pick(replica), toldMs: nowMs });
      return [`${id} ${line}`];
    });
  }

  /** The first replica, where all have failed and none was ever ready, neither now nor before this gateway came. */
  lostAtFirst({ replicas }: LauncherState): LaunchedReplica | undefined {
    this.#hasServed ||= replicas.some(({ wasReady }) => wasReady);
    if (this.#hasServed || this.#adopted.size > 0) return undefined;
    return replicas.every(({ failure }) => failure !== undefined) ? replicas[0] : undefined;
  }

  #lineOf(replica: LaunchedReplica, before: Told | undefined, nowMs: number): string | undefined {
    const { phase, pid, affinity } = replica;
    if (before === undefined && this.#adopted.has(replica.plan.id)) return adopted(replica, nowMs);
    if (before?.phase !== phase || before.pid !== pid) return changeOf(replica);
    if (affinity?.strayThreads !== before.strayThreads) return driftOf(replica);
    const isDue = replica.progress !== before.progress && nowMs - before.toldMs >= PROGRESS_MS;
    return phase === 'starting' && isDue ? progressOf(replica, nowMs) : undefined;
  }
}

/** Whoever has lost all at the first start gives up: what waits for its next start gets none. */
function lost(replica: LaunchedReplica): LaunchedReplica {
  return replica.phase === 'waiting' ? { ...replica, phase: 'failed' } : replica;
}

function adopted({ phase, sinceMs, pid }: LaunchedReplica, nowMs: number): string {
  return `was adopted: ${phase} for ${durationText(nowMs - sinceMs)}, process ${pid ?? 'none'}`;
}

function progressOf({ sinceMs, progress }: LaunchedReplica, nowMs: number): string {
  return `is starting for ${durationText(nowMs - sinceMs)}: ${progress ?? 'nothing said yet'}`;
}

interface Told {
  readonly phase: LaunchedReplica['phase'];
  readonly pid: number | undefined;
  readonly progress: string | undefined;
  readonly strayThreads: number | undefined;
  readonly toldMs: number;
}

function pick({ phase, pid, progress, affinity }: LaunchedReplica): Omit<Told, 'toldMs'> {
  return { phase, pid, progress, strayThreads: affinity?.strayThreads };
}

/** Threads that have left their CPUs; nothing where all are in place. */
function driftOf({ affinity, plan }: LaunchedReplica): string | undefined {
  if (affinity === undefined || affinity.strayThreads === 0) return undefined;
  const { strayThreads, threads, cpus } = affinity;
  const planned = cpuListText(plan.cpus);
  return `has drifted: ${strayThreads} of ${threads} threads may leave CPUs ${planned} (all run on ${cpus})`;
}

function changeOf({ phase, pid, pinningNote, failure, logFile }: LaunchedReplica): string {
  const reason = failure === undefined ? '' : `: ${failure.sentence}`;
  switch (phase) {
    case 'starting':
      return pid === undefined ? 'is starting' : `is starting, process ${pid}; ${pinningNote}`;
    case 'ready':
      return 'is ready';
    case 'waiting':
      return `failed and is started again soon${reason}; ${logFile}`;
    case 'failed':
      return `failed${reason}; ${logFile}`;
    case 'stopping':
      return 'finishes what it has';
    case 'stopped':
      return 'has stopped';
    default:
      return phase satisfies never;
  }
}
