import { isDeepStrictEqual } from 'node:util';

import type { PlannedReplica } from '../planned-replica.ts';
import { readAffinity } from './affinity.ts';
import type { Affinity } from './affinity.ts';
import type { EngineProcess } from './engine-process.ts';
import type { Failure } from './failure.ts';
import { failureOf, isHopeless } from './failure.ts';
import type { LaunchClock } from './launch-clock.ts';
import type { LaunchedReplica, LaunchLimits, LaunchPhase } from './launcher-state.ts';
import type { OutputLog } from './output-log.ts';
import type { Pinning } from './pinning.ts';
import type { Membership, ProcessEntry } from './process-table.ts';
import { watchReadiness } from './readiness-watch.ts';
import { restartDelayMs } from './restart-delay.ts';

/** An engine that was started, or why it could not be. */
export type StartOutcome =
  | { readonly kind: 'started'; readonly engine: EngineProcess; readonly pinning: Pinning }
  | { readonly kind: 'refused'; readonly failure: Failure };

/** What one replica is kept running with. */
export interface SupervisorParts {
  readonly clock: LaunchClock;
  /** Until `replan` says others. */
  readonly limits: LaunchLimits;
  readonly log: OutputLog;
  readonly start: (plan: PlannedReplica, log: OutputLog) => Promise<StartOutcome>;
  readonly isReady: (port: number) => Promise<boolean>;
  /** All that runs on this machine. */
  readonly processes: () => readonly ProcessEntry[];
  /** Told of every change of phase. */
  readonly changed: () => void;
}

/** Keeps one replica running: starts it, sees it become ready, and starts it again when it ends. */
export class ReplicaSupervisor {
  readonly #parts: SupervisorParts;
  #limits: LaunchLimits;
  #plan: PlannedReplica;
  /** What it is started with the next time. */
  #wanted: PlannedReplica;
  #phase: LaunchPhase = 'stopped';
  #sinceMs = 0;
  #engine: EngineProcess | undefined;
  #pinning: Pinning | undefined;
  #affinity: Affinity | undefined;
  #failure: Failure | undefined;
  #starts = 0;
  #failuresInRow = 0;
  #wasReady = false;
  /** Its end, while it is asked for one: an engine that is signalled twice drops what it has. */
  #halting: Promise<void> | undefined;
  /** Whether it is started again after that end; whoever asked last says so. */
  #comesBack = false;
  /** Each start and each stop has a turn of its own; what belongs to an earlier one does nothing. */
  #turn = 0;
  /** Ends what runs for the present phase. */
  #endPhase: () => void = () => undefined;

  constructor(plan: PlannedReplica, parts: SupervisorParts) {
    this.#plan = plan;
    this.#wanted = plan;
    this.#parts = parts;
    this.#limits = parts.limits;
  }

  /** Starts it for the first time. */
  start(): void {
    void this.#launch();
  }

  /** Wants it to run by this plan: taken at the next start, and at once where it does not run. Limits hold at once. */
  replan(plan: PlannedReplica, limits: LaunchLimits): void {
    this.#limits = limits;
    const isSame = isDeepStrictEqual(plan, this.#wanted);
    this.#wanted = plan;
    if (this.#phase === 'stopping' || this.#phase === 'stopped') void this.restart();
    else if (this.#phase === 'failed' || (this.#phase === 'waiting' && !isSame))
      void this.#launch();
  }

  /** Lets it finish what it has, up to `stopMsMax`, and ends it with all that it started. */
  async stop(): Promise<void> {
    this.#comesBack = false;
    this.#halting ??= this.#halt();
    await this.#halting;
  }

  /** Stops it and starts it with the plan that is wanted. */
  async restart(): Promise<void> {
    this.#comesBack = true;
    this.#halting ??= this.#halt();
    await this.#halting;
  }

  /** Lets go of the log of one that has stopped for good. */
  close(): void {
    this.#parts.log.close();
  }

  /** Its processes among all that run, and where the kernel lets them run. */
  look(processes: readonly ProcessEntry[]): void {
    if (this.#engine === undefined) return;
    const pids = this.#engine.members(processes).map(({ pid }) => pid);
    const before = this.#affinity?.strayThreads ?? 0;
    this.#affinity = readAffinity(pids, this.#plan.cpus);
    const { strayThreads, threads, cpus } = this.#affinity;
    if (strayThreads > 0 && before === 0) {
      const what = `${strayThreads} of ${threads} threads may run beyond their CPUs (on ${cpus})`;
      this.#parts.log.note(`affinity has drifted: ${what}`);
    }
  }

  /** How its processes are told from others, while there are any. */
  get membership(): Membership | undefined {
    return this.#engine?.membership;
  }

  status(): LaunchedReplica {
    return {
      plan: this.#plan,
      outdated: !isDeepStrictEqual(this.#plan, this.#wanted),
      phase: this.#phase,
      sinceMs: this.#sinceMs,
      pid: this.#engine?.pid,
      wasReady: this.#wasReady,
      restarts: Math.max(this.#starts - 1, 0),
      pinning: this.#pinning?.method,
      pinningNote: this.#pinning?.note,
      affinity: this.#affinity,
      progress: this.#phase === 'starting' ? this.#parts.log.lastLine() : undefined,
      failure: this.#failure,
      logFile: this.#parts.log.path,
    };
  }

  async #halt(): Promise<void> {
    this.#enter('stopping');
    await this.#end();
    this.#halting = undefined;
    if (this.#comesBack) await this.#launch();
    else this.#enter('stopped');
  }

  async #launch(): Promise<void> {
    const { log, start } = this.#parts;
    this.#plan = this.#wanted;
    this.#starts += 1;
    this.#affinity = undefined;
    this.#enter('starting');
    const turn = this.#turn;
    log.forgetTail();
    const outcome = await start(this.#plan, log);
    if (outcome.kind === 'refused') {
      if (turn === this.#turn) this.#fail(outcome.failure);
      return;
    }
    const { engine, pinning } = outcome;
    // It was told to stop between the decision and the process.
    if (turn !== this.#turn) return void (await engine.destroy());
    this.#engine = engine;
    this.#pinning = pinning;
    log.note(`process ${engine.pid}; ${pinning.note}`);
    this.#parts.changed();
    this.#watch(engine, turn);
  }

  #watch(engine: EngineProcess, turn: number): void {
    const { clock, log } = this.#parts;
    void engine.ended.then(async (end) => {
      if (turn !== this.#turn) return;
      const hasServed = this.#phase === 'ready';
      this.#endPhase();
      await this.#bury();
      if (turn === this.#turn) this.#fail(failureOf(end, log.tail(), hasServed));
    });
    const isReady = (): Promise<boolean> => this.#parts.isReady(this.#plan.port);
    this.#endPhase = watchReadiness(
      { clock, isReady, readyMsMax: () => this.#limits.readyMsMax },
      {
        ready: () => {
          this.#wasReady = true;
          this.#failure = undefined;
          this.#see((processes) => this.look(processes));
          this.#tell('ready');
        },
        steady: () => (this.#failuresInRow = 0),
        lost: (failure) => void this.#giveUp({ ...failure, tail: log.tail() }),
      },
    );
  }

  /** Ends one that is no good, and starts it again as any that failed. */
  async #giveUp(failure: Failure): Promise<void> {
    this.#enter('stopping');
    const turn = this.#turn;
    await this.#bury();
    if (turn === this.#turn) this.#fail(failure);
  }

  #fail(failure: Failure): void {
    this.#failure = failure;
    this.#parts.log.note(`failed: ${failure.sentence}`);
    if (isHopeless(failure) && !this.#wasReady) return this.#enter('failed');
    this.#failuresInRow += 1;
    this.#enter('waiting');
    const delayMs = restartDelayMs(this.#failuresInRow);
    this.#endPhase = this.#parts.clock.after(delayMs, () => void this.#launch());
  }

  async #end(): Promise<void> {
    const engine = this.#engine;
    if (engine === undefined) return;
    // Who leaves the tree when its parent ends has to be known before.
    this.#see((processes) => void engine.members(processes));
    engine.terminate();
    const { stopMsMax } = this.#limits;
    const { promise: timeUp, resolve } = Promise.withResolvers<'late'>();
    const cancel = this.#parts.clock.after(stopMsMax, () => resolve('late'));
    const end = await Promise.race([engine.ended, timeUp]);
    cancel();
    if (end === 'late') this.#parts.log.note(`did not end within ${stopMsMax / 1_000} s: killed`);
    await this.#bury();
  }

  /** Ends all that is left of it: a worker that survives its parent keeps the GPU's memory. */
  async #bury(): Promise<void> {
    const left = await this.#engine?.destroy();
    if (left !== undefined && left.length > 0) {
      this.#parts.log.note(`processes ${left.join(', ')} hang in the kernel and cannot be ended`);
    }
    this.#engine = undefined;
    this.#affinity = undefined;
  }

  /** A machine short of files cannot be looked at; nothing may end or stay for it. */
  #see(look: (processes: readonly ProcessEntry[]) => void): void {
    try {
      look(this.#parts.processes());
    } catch (error) {
      this.#parts.log.note(`its processes could not be looked at: ${String(error)}`);
    }
  }

  #enter(phase: LaunchPhase): void {
    this.#turn += 1;
    this.#endPhase();
    this.#tell(phase);
  }

  #tell(phase: LaunchPhase): void {
    this.#phase = phase;
    this.#sinceMs = this.#parts.clock.wallMs();
    this.#parts.log.note(phase);
    this.#parts.changed();
  }
}
