import type { GpuBoard, WatchedGpu } from '../../telemetry/gpu/gpu-board.ts';
import type { GpuFinding } from '../../telemetry/gpu/gpu-health.ts';
import { meansGpu } from '../../telemetry/gpu/gpu-names.ts';
import type { GpuReading, GpuReadings } from '../../telemetry/telemetry.ts';
import type { ReplicaId } from '../../routing/replica.ts';
import type { CancelTimer, Clock } from '../clock.ts';
import { backoffMs } from './backoff.ts';
import { repeat } from './repeat.ts';
import type { DiscoveryLog } from './watch-parts.ts';

/** A replica, and its GPUs as `CUDA_VISIBLE_DEVICES` names them. */
export interface GpuUser {
  readonly id: ReplicaId;
  readonly gpus: readonly string[];
}

/** How often the GPUs are looked at, and what comes of it. */
export interface GpuWatchLimits {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Whether the replicas of a sick GPU are told of it. */
  readonly drainsSick: boolean;
}

/** What the GPUs of this machine are watched with. */
export interface GpuWatchParts {
  readonly clock: Clock;
  readonly board: Pick<GpuBoard, 'look' | 'gpus' | 'forgive' | 'readMs' | 'close'>;
  readonly limits: GpuWatchLimits;
  /** The replicas of the moment. */
  readonly users: () => readonly GpuUser[];
  /** Told at every look what speaks against a replica's GPUs; `undefined` where nothing does. */
  readonly judged: (id: ReplicaId, reason: string | undefined) => void;
  readonly log: DiscoveryLog;
}

/** Longest time between two looks at a driver that does not answer. */
const PAUSE_MS_MAX = 60_000;

/** A warning that comes and goes, as heat does, is a line so often at most. */
const TELL_AGAIN_MS = 600_000;

/** Watches the GPUs of this machine for the replicas that name them, beside all requests. */
export class GpuWatch {
  readonly #parts: GpuWatchParts;
  readonly #problems: Map<'gpus' | 'kernelLog', string | undefined> = new Map();
  /** When each finding of each GPU was last a line of the log. */
  readonly #toldMs: Map<string, number> = new Map();
  #sick: ReadonlySet<string> = new Set();
  #failures = 0;
  #startedMs = 0;
  #pausedUntilMs = 0;
  #stop: CancelTimer = () => undefined;

  constructor(parts: GpuWatchParts) {
    this.#parts = parts;
  }

  /** Begins to look; nobody is asked while no replica names a GPU. */
  start(): void {
    const { clock, board, limits, log } = this.#parts;
    this.#startedMs = clock.nowMs();
    const options = { clock, delayMs: 0, intervalMs: limits.intervalMs };
    const crashed = (err: unknown): void => log.warn({ err }, 'a look at the GPUs crashed');
    this.#stop = repeat(
      { ...options, timeLimitMs: limits.timeoutMs, crashed },
      async (_, isOver) => {
        if (!this.#isNeeded) return;
        if (clock.nowMs() >= this.#pausedUntilMs) await this.#look();
        // Also by what is known from earlier: the rest of the fleet may be another one.
        if (isOver()) await board.close();
        else this.#judge();
      },
    );
  }

  /** Ends every look. */
  async stop(): Promise<void> {
    this.#stop();
    await this.#parts.board.close();
  }

  /** Every GPU with the replicas on it, as they are at this moment; none while no replica names one. */
  readings(): GpuReadings {
    if (!this.#isNeeded) return { gpus: [], ageMs: undefined };
    const { board, clock } = this.#parts;
    const nowMs = clock.nowMs();
    return { gpus: this.#used(nowMs), ageMs: nowMs - (board.readMs ?? this.#startedMs) };
  }

  /** Somebody says that the GPUs of a replica are mended: their events are forgotten, and what lasts is not. */
  forgive(id: ReplicaId): void {
    const { board, clock } = this.#parts;
    const own = this.#used(clock.nowMs()).filter(({ replicas }) => replicas.includes(id));
    for (const { uuid } of own) board.forgive(uuid);
    if (own.length > 0) this.#judge();
  }

  get #isNeeded(): boolean {
    return this.#parts.users().some(({ gpus }) => gpus.length > 0);
  }

  async #look(): Promise<void> {
    const { board, clock } = this.#parts;
    const { gpus, kernelLog } = await board.look(() => clock.nowMs());
    this.#tellProblem('gpus', gpus);
    this.#tellProblem('kernelLog', kernelLog);
    this.#failures = gpus === undefined ? 0 : this.#failures + 1;
    this.#pausedUntilMs =
      gpus === undefined ? 0 : clock.nowMs() + backoffMs(this.#failures, PAUSE_MS_MAX, () => 0);
  }

  /** Once for each problem, since it is met again at every look. */
  #tellProblem(source: 'gpus' | 'kernelLog', reason: string | undefined): void {
    const before = this.#problems.get(source);
    this.#problems.set(source, reason);
    if (reason === undefined || reason === before) return;
    const { log } = this.#parts;
    if (source === 'gpus') log.warn({ reason }, 'the GPUs cannot be read');
    else log.info({ reason }, 'the kernel log cannot be read: XIDs are not seen');
  }

  #judge(): void {
    const { clock, users, limits, judged } = this.#parts;
    const gpus = this.#used(clock.nowMs());
    this.#tell(gpus);
    if (!limits.drainsSick) return;
    for (const { id } of users()) {
      const sick = gpus.filter(
        ({ replicas, verdict }) => verdict.state === 'sick' && replicas.includes(id),
      );
      judged(id, sick.length === 0 ? undefined : sick.map(sicknessOf).join('; '));
    }
  }

  #tell(gpus: readonly GpuReading[]): void {
    for (const gpu of gpus) this.#tellOf(gpu);
    this.#sick = new Set(
      gpus.filter(({ verdict }) => verdict.state === 'sick').map(({ uuid }) => uuid),
    );
  }

  #tellOf(gpu: GpuReading): void {
    const { clock, log } = this.#parts;
    const { index, uuid, numaNode, replicas, verdict } = gpu;
    const nowMs = clock.nowMs();
    const fields = { gpu: index, uuid, numa_node: numaNode, replicas };
    const isSick = verdict.state === 'sick';
    if (!isSick && this.#sick.has(uuid)) log.info(fields, 'GPU is well again');
    const recent = verdict.findings.filter(
      (finding) => nowMs - (this.#toldMs.get(keyOf(gpu, finding)) ?? -Infinity) < TELL_AGAIN_MS,
    );
    const isNews = recent.length < verdict.findings.length || (isSick && !this.#sick.has(uuid));
    if (!isNews) return;
    for (const finding of verdict.findings) this.#toldMs.set(keyOf(gpu, finding), nowMs);
    const reason = verdict.findings.map(({ words }) => words).join(', ');
    log.warn({ ...fields, reason }, isSick ? 'GPU is sick' : 'GPU has a warning');
  }

  #used(nowMs: number): readonly GpuReading[] {
    const users = this.#parts.users();
    return this.#parts.board.gpus(nowMs).map((gpu) => ({
      ...gpu,
      replicas: users
        .filter(({ gpus }) => gpus.some((word) => meansGpu(word, gpu)))
        .map(({ id }) => id),
    }));
  }
}

function keyOf({ uuid }: WatchedGpu, { ailment, severity }: GpuFinding): string {
  return `${uuid} ${ailment} ${severity}`;
}

/** What makes a GPU sick; its warnings beside that say nothing more. */
function sicknessOf({ index, verdict }: WatchedGpu): string {
  const words = verdict.findings
    .filter(({ severity }) => severity === 'sick')
    .map((finding) => finding.words);
  return `GPU ${index}: ${words.join(', ')}`;
}
