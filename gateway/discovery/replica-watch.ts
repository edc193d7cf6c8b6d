import type { Fleet } from '../../routing/fleet.ts';
import type { Replica, ReplicaState } from '../../routing/replica.ts';
import type { CancelTimer, Clock } from '../clock.ts';
import type { FoundEngine, LoadReading, LoadSource, ReadPage } from '../engines/catalog.ts';
import { MODELS_PATH, probeEngine, readModels } from '../engines/catalog.ts';
import { backoffMs } from './backoff.ts';
import { FailureStreak } from './failure-streak.ts';
import type { Health } from './health-check.ts';
import { checkHealth, reasonOf } from './health-check.ts';
import { isRestart, readLoad } from './load-poll.ts';
import { repeat, withTimeLimit } from './repeat.ts';
import { describeReplica, describeTarget, withModels } from './replica-facts.ts';
import type { ReplicaTarget } from './sources/source.ts';

/** How often replicas are looked at, and what it takes to go out and come back. */
export interface WatchLimits {
  readonly loadIntervalMs: number;
  readonly loadTimeoutMs: number;
  readonly healthIntervalMs: number;
  readonly healthTimeoutMs: number;
  /** Failures in a row: of health checks, of load polls, or of the data path, each by itself. */
  readonly failuresMax: number;
  readonly successesMin: number;
  readonly retryMsMax: number;
}

/** What befalls a replica, as a word of a small fixed set. */
export type ReplicaEvent = 'ready' | 'ejected' | 'restarted';

/** Where the discovery says what it sees. */
export interface DiscoveryLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What a replica is watched with. */
export interface WatchParts {
  readonly fleet: Fleet;
  readonly clock: Clock;
  /** 0 up to 1. */
  readonly random: () => number;
  readonly readPage: ReadPage;
  readonly limits: WatchLimits;
  readonly log: DiscoveryLog;
  /** Told of every change that routing may look at. */
  readonly changed: () => void;
  readonly happened: (event: ReplicaEvent) => void;
}

/**
 * Keeps what the fleet says of one replica true. It seeks the engine until it answers and is healthy, then
 * watches its health and load until it fails, and then seeks again.
 */
export class ReplicaWatch {
  readonly #target: ReplicaTarget;
  readonly #parts: WatchParts;
  readonly #stopping = new AbortController();
  readonly #dataPath: FailureStreak;
  #replica: Replica;
  /** Ends what runs for the present state. */
  #endState: CancelTimer = () => undefined;
  #isReady = false;
  #tries = 0;
  #successes = 0;
  #lastReason = '';

  constructor(target: ReplicaTarget, parts: WatchParts) {
    this.#target = target;
    this.#parts = parts;
    this.#dataPath = new FailureStreak(parts.limits.failuresMax);
    this.#replica = describeTarget(target);
  }

  /** Joins the fleet as `starting` and begins to seek. */
  start(): void {
    this.#parts.fleet.join(this.#replica);
    this.#parts.changed();
    this.#seekAfter(0);
  }

  /** Ends for good; the fleet is not touched again. */
  stop(): void {
    this.#stopping.abort();
    this.#endState();
  }

  /** The data path could not connect. Enough of these in a row take the replica out before its next check. */
  reportFailure(): void {
    if (this.#isReady && this.#dataPath.failed()) this.#eject('requests cannot connect');
  }

  /** The data path got an answer, of whatever kind. */
  reportSuccess(): void {
    this.#dataPath.succeeded();
  }

  #seekAfter(delayMs: number): void {
    this.#endState();
    this.#endState = this.#parts.clock.after(delayMs, () => void this.#seek());
  }

  async #seek(): Promise<void> {
    const { clock, limits } = this.#parts;
    const { healthTimeoutMs } = limits;
    const { signal } = this.#stopping;
    const sought = await withTimeLimit(clock, healthTimeoutMs, signal, (limit) => this.#ask(limit));
    if (signal.aborted) return;
    if (typeof sought !== 'string') {
      this.#successes += 1;
      this.#tries = 0;
      if (this.#successes >= limits.successesMin) this.#admit(sought);
      else this.#seekAfter(limits.healthIntervalMs);
      return;
    }
    this.#successes = 0;
    this.#tries += 1;
    this.#tellWhy(sought);
    this.#seekAfter(backoffMs(this.#tries, limits.retryMsMax, this.#parts.random));
  }

  /** The engine, known and healthy, or why it is not. */
  async #ask(signal: AbortSignal): Promise<FoundEngine | string> {
    const { readPage } = this.#parts;
    const result = await probeEngine(readPage, this.#target.engine, signal);
    if (result.kind === 'absent') return result.reason;
    const health = await checkHealth(readPage, result.engine.kind.healthPath, signal);
    return health.kind === 'good' ? result.engine : health.reason;
  }

  /** Once for each reason, since it is sought again and again. */
  #tellWhy(reason: string): void {
    if (reason === this.#lastReason) return;
    this.#lastReason = reason;
    this.#parts.log.warn({ ...this.#names(), reason }, 'replica is not ready');
  }

  #admit(found: FoundEngine): void {
    this.#replica = describeReplica(this.#target, found);
    this.#lastReason = '';
    this.#successes = 0;
    this.#dataPath.succeeded();
    this.#parts.fleet.update(this.#replica);
    this.#parts.log.info({ ...this.#names(), ...this.#facts() }, 'replica is ready');
    this.#enter('ready', 'ready');
    this.#watch(found);
  }

  #watch({ kind, loadSource }: FoundEngine): void {
    const { clock, limits } = this.#parts;
    const stopHealth = repeat(
      { clock, intervalMs: limits.healthIntervalMs, timeLimitMs: limits.healthTimeoutMs },
      this.#healthRounds(kind.healthPath),
    );
    const stopLoad =
      loadSource === undefined
        ? stopHealth
        : repeat(
            { clock, intervalMs: limits.loadIntervalMs, timeLimitMs: limits.loadTimeoutMs },
            this.#loadRounds(loadSource),
          );
    this.#endState = () => {
      stopHealth();
      stopLoad();
    };
  }

  #healthRounds(path: string): (signal: AbortSignal) => Promise<void> {
    const { readPage, limits } = this.#parts;
    const streak = new FailureStreak(limits.failuresMax);
    return async (signal) => {
      const health = await checkHealth(readPage, path, signal);
      if (!this.#isReady) return;
      if (isDown(health, streak)) this.#eject(health.reason);
      else if (health.kind === 'good') await this.#renewModels(signal);
    };
  }

  /** Adapters are loaded and unloaded while an engine runs. */
  async #renewModels(signal: AbortSignal): Promise<void> {
    if (this.#target.models !== undefined) return;
    const page = await this.#parts.readPage(MODELS_PATH, signal).catch(() => undefined);
    if (page?.status !== 200 || !this.#isReady) return;
    const renewed = withModels(
      this.#replica,
      readModels(page.body).map(({ id }) => id),
    );
    if (renewed === this.#replica) return;
    this.#replica = renewed;
    this.#parts.fleet.update(renewed);
    this.#parts.changed();
  }

  #loadRounds(source: LoadSource): (signal: AbortSignal) => Promise<void> {
    const { readPage, clock, limits } = this.#parts;
    const streak = new FailureStreak(limits.failuresMax);
    let last: LoadReading | undefined;
    return async (signal) => {
      try {
        const reading = await readLoad(readPage, source, clock, signal);
        streak.succeeded();
        if (reading === undefined || !this.#isReady) return;
        if (isRestart(last, reading)) return this.#restart();
        last = reading;
        this.#parts.fleet.observeLoad(this.#target.id, reading.load);
        this.#parts.changed();
      } catch (error) {
        // A page that is late only ages what is known; one that cannot be had says that nobody is there.
        if (signal.aborted || !this.#isReady) return;
        if (streak.failed()) this.#eject(reasonOf(error));
      }
    };
  }

  #eject(reason: string): void {
    this.#lastReason = reason;
    this.#parts.log.warn({ ...this.#names(), reason }, 'replica is out');
    this.#leaveReady('ejected', 'ejected');
    this.#tries = 1;
    this.#seekAfter(backoffMs(1, this.#parts.limits.retryMsMax, this.#parts.random));
  }

  #restart(): void {
    this.#parts.log.warn(this.#names(), 'replica was restarted');
    this.#leaveReady('starting', 'restarted');
    this.#seekAfter(0);
  }

  #leaveReady(state: ReplicaState, event: ReplicaEvent): void {
    this.#endState();
    this.#enter(state, event);
  }

  #enter(state: ReplicaState, event: ReplicaEvent): void {
    this.#isReady = state === 'ready';
    this.#parts.fleet.setState(this.#target.id, state);
    this.#parts.happened(event);
    this.#parts.changed();
  }

  #facts(): object {
    const { engine, engineVersion, models, contextTokensMax, kvCapacityTokens } = this.#replica;
    return {
      engine,
      engine_version: engineVersion,
      models,
      context_tokens_max: contextTokensMax,
      kv_capacity_tokens: kvCapacityTokens,
    };
  }

  #names(): { readonly replica: string; readonly url: string } {
    return { replica: this.#target.id, url: this.#target.url };
  }
}

/** A refusal counts at once, silence only when it lasts. */
function isDown(
  health: Health,
  streak: FailureStreak,
): health is Exclude<Health, { readonly kind: 'good' }> {
  if (health.kind === 'declined') return true;
  if (health.kind === 'silent') return streak.failed();
  streak.succeeded();
  return false;
}
