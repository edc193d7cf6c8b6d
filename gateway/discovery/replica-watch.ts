import type { Fleet } from '../../routing/fleet.ts';
import type { Replica, ReplicaState } from '../../routing/replica.ts';
import type { CancelTimer } from '../clock.ts';
import type { FoundEngine, LoadSource } from '../engines/catalog.ts';
import { backoffMs } from './backoff.ts';
import { FailureStreak } from './failure-streak.ts';
import { watchHealth } from './health-check.ts';
import { pollLoad } from './load-poll.ts';
import { presence, PRESENCE_INTERVAL_MS } from './presence.ts';
import { describeReplica, describeTarget, withModels } from './replica-facts.ts';
import { seekEngine } from './seek.ts';
import type { ReplicaTarget } from './sources/source.ts';
import type { WatchTerms } from './watch-terms.ts';

/** What befalls a replica, as a word of a small fixed set. */
export type ReplicaEvent = 'ready' | 'ejected' | 'restarted';

/** Where discovery says what it sees. */
export interface DiscoveryLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What a replica is watched with. */
export interface WatchParts extends WatchTerms {
  readonly fleet: Fleet;
  /** 0 up to 1; spreads retries. */
  readonly random: () => number;
  readonly log: DiscoveryLog;
  /** Told of every change that routing may look at. */
  readonly changed: () => void;
  readonly happened: (event: ReplicaEvent) => void;
}

/**
 * Keeps what the fleet says of one replica true. It seeks the engine until that answers and is healthy, then
 * watches its health and load until it fails, and then seeks again.
 */
export class ReplicaWatch {
  readonly #target: ReplicaTarget;
  readonly #parts: WatchParts;
  readonly #dataPath: FailureStreak;
  #replica: Replica;
  #isReady = false;
  /** Times in a row that requests put it out though its checks had found it well. */
  #relapses = 0;
  /** Ends what runs for the present state. */
  #endState: CancelTimer = () => undefined;
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
    this.#seek(0);
  }

  /** Ends for good; the fleet is not touched again. */
  stop(): void {
    this.#isReady = false;
    this.#endState();
  }

  /** The data path could not connect. Enough of these in a row take the replica out before its next check. */
  reportFailure(): void {
    if (!this.#isReady || !this.#dataPath.failed()) return;
    this.#relapses += 1;
    this.#eject('requests cannot connect, or break before an answer');
  }

  /** The data path got an answer of the engine's own. */
  reportSuccess(): void {
    this.#relapses = 0;
    this.#dataPath.succeeded();
  }

  #seek(delayMs: number): void {
    const { engine: named } = this.#target;
    this.#endState = seekEngine({ ...this.#parts, named }, delayMs, {
      found: (engine) => this.#admit(engine),
      absent: (reason) => this.#tellWhy(reason),
    });
  }

  /** Once for each reason, since it is sought again and again. */
  #tellWhy(reason: string): void {
    if (reason === this.#lastReason) return;
    this.#lastReason = reason;
    this.#parts.log.warn({ ...this.#names(), reason }, 'replica is not ready');
  }

  #admit(engine: FoundEngine): void {
    this.#replica = describeReplica(this.#target, engine);
    this.#lastReason = '';
    this.#dataPath.succeeded();
    this.#parts.fleet.update(this.#replica);
    this.#parts.log.info({ ...this.#names(), ...this.#facts() }, 'replica is ready');
    this.#tellWhatIsMissing(engine);
    this.#enter('ready', 'ready');
    this.#watch(engine);
  }

  /** Routing goes on without it, less well, and nobody would know why. */
  #tellWhatIsMissing({ loadSource }: FoundEngine): void {
    const missing: string[] = [];
    if (this.#replica.kvCapacityTokens === undefined) missing.push(NO_CAPACITY);
    if (loadSource === undefined) missing.push(NO_LOAD);
    if (missing.length === 0) return;
    this.#parts.log.warn(this.#names(), `replica tells ${missing.join('; ')}`);
  }

  #watch({ kind, loadSource }: FoundEngine): void {
    const down = (reason: string): void => this.#eject(reason);
    const stops = [
      watchHealth(this.#parts, kind.healthPath, {
        down,
        lists: (models) => this.#renewModels(models),
      }),
      pollLoad(this.#pollTerms(loadSource), loadSource ?? presence, {
        down,
        tells: (load) => {
          this.#parts.fleet.observeLoad(this.#target.id, load);
          this.#parts.changed();
        },
        restarted: () => this.#restart(),
      }),
    ];
    this.#endState = () => {
      for (const stop of stops) stop();
    };
  }

  #pollTerms(loadSource: LoadSource | undefined): WatchTerms {
    if (loadSource !== undefined) return this.#parts;
    const { clock, readPage, limits, crashed } = this.#parts;
    const loadIntervalMs = Math.max(limits.loadIntervalMs, PRESENCE_INTERVAL_MS);
    return { clock, readPage, crashed, limits: { ...limits, loadIntervalMs } };
  }

  #renewModels(models: readonly string[]): void {
    const renewed = withModels(this.#replica, this.#target.models ?? models);
    if (renewed === this.#replica) return;
    this.#replica = renewed;
    this.#parts.fleet.update(renewed);
    this.#parts.changed();
  }

  #eject(reason: string): void {
    this.#lastReason = reason;
    this.#parts.log.warn({ ...this.#names(), reason }, 'replica is out');
    this.#endState();
    this.#enter('ejected', 'ejected');
    // Checks alone would bring one that fails its requests back at once, again and again.
    const failures = Math.max(this.#relapses, 1);
    this.#seek(backoffMs(failures, this.#parts.limits.retryMsMax, this.#parts.random));
  }

  #restart(): void {
    this.#parts.log.warn(this.#names(), 'replica was restarted');
    this.#endState();
    this.#enter('starting', 'restarted');
    this.#seek(0);
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

const NO_CAPACITY =
  'no KV capacity: requests are not held back for its memory, unless --kv-capacity-tokens or ' +
  'replicas[].kvCapacityTokens names it';

const NO_LOAD =
  "no load: routing goes by the gateway's own requests, and does not see those of other clients";
