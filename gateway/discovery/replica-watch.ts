import type { Replica } from '../../routing/replica.ts';
import type { CancelTimer } from '../clock.ts';
import type { FoundEngine, LoadSource, TokenAnswer } from '../engines/catalog.ts';
import { askForToken } from '../engines/catalog.ts';
import { backoffMs } from './backoff.ts';
import type { Outcome } from './conduct.ts';
import { Conduct } from './conduct.ts';
import { FailureStreak } from './failure-streak.ts';
import { GpuMark } from './gpu-mark.ts';
import { watchHealth } from './health-check.ts';
import { pollLoad } from './load-poll.ts';
import { missingFacts } from './missing-facts.ts';
import { presence, PRESENCE_INTERVAL_MS } from './presence.ts';
import { describeReplica, describeTarget, withModels } from './replica-facts.ts';
import { seekEngine } from './seek.ts';
import type { ReplicaTarget } from './sources/source.ts';
import { watchStalls } from './stall-watch.ts';
import type { ReplicaEvent, EjectionReason, Standing, WatchParts } from './watch-parts.ts';
import type { WatchTerms } from './watch-terms.ts';

/** `declining` is one whose engine says that it drains, and finishes what it has. */
type Phase = 'starting' | 'ready' | 'half-open' | 'suspended' | 'declining' | 'ejected';

/**
 * Keeps what the fleet says of one replica true. It seeks the engine until that answers and is healthy, then
 * watches its health, its load and its conduct until it fails, and then seeks again.
 */
export class ReplicaWatch {
  readonly #target: ReplicaTarget;
  readonly #parts: WatchParts;
  readonly #connections: FailureStreak;
  readonly #conduct: Conduct;
  #replica: Replica;
  #phase: Phase = 'starting';
  #isDrained = false;
  readonly #gpuMark: GpuMark;
  /** Times in a row that requests found nobody though its checks went well. */
  #relapses = 0;
  #hasBeenReady = false;
  /** Ends what runs for the present phase. */
  #endPhase: CancelTimer = () => undefined;
  #endListening: CancelTimer = () => undefined;
  #lastReason = '';

  constructor(target: ReplicaTarget, parts: WatchParts) {
    this.#target = target;
    this.#parts = parts;
    this.#connections = new FailureStreak(parts.limits.failuresMax);
    this.#replica = describeTarget(target);
    this.#gpuMark = new GpuMark({
      say: (level, fields, message) => parts.log[level]({ ...this.#names(), ...fields }, message),
      changed: (event) => this.#marked(event),
    });
    this.#conduct = new Conduct(parts.clock, parts.limits, {
      mayBeSuspended: () => this.#phase === 'ready' && parts.mayBeSuspended(),
      suspended: (openMs) => this.#suspend(openMs),
      onTrial: () => this.#enter('half-open', 'half-open'),
      trusted: () => this.#enter('ready', 'ready'),
    });
  }

  /** Its GPUs, as its source names them. */
  get gpus(): readonly string[] {
    return this.#target.gpus ?? [];
  }

  get standing(): Standing {
    if (this.#isDrained || this.#phase === 'declining') return 'drained';
    if (this.#gpuMark.reason !== undefined) return 'out';
    // One on trial may be left out again at any moment.
    if (this.#phase === 'suspended' || this.#phase === 'half-open') return 'suspended';
    return this.#phase === 'ready' ? 'serving' : 'out';
  }

  /** Joins the fleet as `starting` and begins to seek. */
  start(): void {
    const { fleet, clock, postPage, crashed } = this.#parts;
    fleet.join(this.#replica);
    this.#parts.changed();
    this.#seek(0);
    const ask = (signal: AbortSignal): Promise<TokenAnswer> =>
      askForToken(postPage, this.#replica.models[0] ?? '', signal);
    const terms = { id: this.#target.id, fleet, clock, askForToken: ask, crashed };
    this.#endListening = watchStalls(terms, {
      stalled: (silentMs) => this.#stall(silentMs),
      turned: () => this.#parts.changed(),
      looked: () => this.#lookAtProbe(),
    });
  }

  /** Ends for good; the fleet is not touched again. */
  stop(): void {
    this.#phase = 'ejected';
    this.#endPhase();
    this.#endListening();
    this.#conduct.stop();
  }

  /** What came of an attempt that began at `sentMs`, on the watch's clock. */
  attempted(outcome: Outcome, sentMs: number): void {
    if (!this.#isServing && this.#phase !== 'suspended') return;
    if (outcome === 'unreachable') this.#missed();
    else if (outcome !== 'neutral') this.#connections.succeeded();
    if (outcome === 'success') this.#relapses = 0;
    if (outcome !== 'unreachable') this.#conduct.judge(outcome, sentMs);
    else if (this.#phase === 'half-open') this.#conduct.judge('failure', sentMs);
  }

  /** So few others serve that one that is left out for its errors or its GPU is better than none. */
  pardon(): void {
    this.#gpuMark.pardon();
    if (this.#phase !== 'suspended' && this.#phase !== 'half-open') return;
    this.#conduct.pardon();
    this.#enter('ready', 'ready');
  }

  /** Takes it out until `undrain`, whatever its engine says: it is given nothing more and finishes what it has. */
  drain(): void {
    this.#drained(true, 'drained');
  }

  undrain(): void {
    this.#drained(false, 'undrained');
  }

  /** Its GPUs are sick, or well where there is no `reason`; one that `mayLeave` is given nothing more until then. */
  judgeGpus(reason: string | undefined, mayLeave: boolean): void {
    this.#gpuMark.judge(reason, mayLeave);
  }

  #marked(event: 'sickened' | 'recovered'): void {
    this.#show();
    if (event === 'sickened') this.#parts.ejected('gpu');
    this.#parts.happened(event);
    this.#parts.changed();
  }

  #drained(isDrained: boolean, event: ReplicaEvent): void {
    if (this.#isDrained === isDrained) return;
    this.#isDrained = isDrained;
    this.#parts.log.info(this.#names(), `replica is ${event}`);
    this.#show();
    this.#parts.happened(event);
    this.#parts.changed();
  }

  /** Nobody took a connection. Enough of these in a row take the replica out before its next check. */
  #missed(): void {
    if (this.#phase === 'half-open' || !this.#connections.failed()) return;
    this.#relapses += 1;
    this.#eject('gone', 'requests cannot connect');
  }

  get #isServing(): boolean {
    return this.#phase === 'ready' || this.#phase === 'half-open';
  }

  #seek(delayMs: number, mustGenerate = false): void {
    const { engine: named } = this.#target;
    this.#endPhase = seekEngine({ ...this.#parts, named, mustGenerate }, delayMs, {
      found: (engine) => this.#admit(engine),
      absent: (reason, kind) => {
        // What it had is over with it.
        if (kind === 'silent' && this.#phase === 'declining') this.#leave('ejected', 'gone');
        this.#tellWhy(reason);
      },
    });
  }

  /** Once for each reason, since it is sought again and again. */
  #tellWhy(reason: string): void {
    if (reason === this.#lastReason) return;
    this.#lastReason = reason;
    this.#parts.log.warn({ ...this.#names(), reason }, 'replica is not ready');
  }

  #admit(engine: FoundEngine): void {
    const { fleet, log } = this.#parts;
    this.#replica = describeReplica(this.#target, engine);
    this.#lastReason = '';
    this.#connections.succeeded();
    this.#conduct.pardon();
    fleet.update(this.#replica);
    if (this.#hasBeenReady) fleet.returned(this.#target.id);
    this.#hasBeenReady = true;
    log.info({ ...this.#names(), ...this.#facts() }, 'replica is ready');
    const missing = missingFacts(this.#replica, engine);
    if (missing !== undefined) log.warn(this.#names(), `replica tells ${missing}`);
    this.#enter('ready', 'ready');
    this.#watch(engine);
  }

  #watch({ kind, loadSource }: FoundEngine): void {
    const gone = (reason: string): void => this.#eject('gone', reason);
    const stops = [
      watchHealth(this.#parts, kind.healthPath, {
        declined: (reason, status) => {
          if (kind.announcesDrain && status === 503) this.#decline(reason);
          else this.#eject('declined', reason);
        },
        silent: gone,
        lists: (models) => this.#renewModels(models),
      }),
      pollLoad(this.#pollTerms(loadSource), loadSource ?? presence, {
        down: gone,
        tells: (load) => {
          this.#parts.fleet.observeLoad(this.#target.id, load);
          this.#parts.changed();
        },
        restarted: () => this.#restart(),
      }),
    ];
    this.#endPhase = () => {
      for (const stop of stops) stop();
    };
  }

  #pollTerms(loadSource: LoadSource | undefined): WatchTerms {
    if (loadSource !== undefined) return this.#parts;
    const { clock, readPage, postPage, limits, crashed } = this.#parts;
    const loadIntervalMs = Math.max(limits.loadIntervalMs, PRESENCE_INTERVAL_MS);
    return { clock, readPage, postPage, crashed, limits: { ...limits, loadIntervalMs } };
  }

  #renewModels(models: readonly string[]): void {
    const renewed = withModels(this.#replica, this.#target.models ?? models);
    if (renewed === this.#replica) return;
    this.#replica = renewed;
    this.#parts.fleet.update(renewed);
    this.#parts.changed();
  }

  #eject(why: EjectionReason, reason: string): void {
    const delayMs = why === 'stall' ? this.#conduct.stalled() : this.#absenceMs();
    this.#conduct.stop();
    this.#lastReason = reason;
    this.#parts.log.warn({ ...this.#names(), reason }, 'replica is out');
    this.#endPhase();
    this.#leave('ejected', why);
    this.#seek(delayMs, why === 'stall');
  }

  /** Checks alone would bring one that takes no requests back at once, again and again. */
  #absenceMs(): number {
    const { limits, random } = this.#parts;
    return backoffMs(Math.max(this.#relapses, 1), limits.ejectionMsMax, random);
  }

  /** Its engine finishes what it has; the same or another process may take requests again. */
  #decline(reason: string): void {
    this.#conduct.stop();
    this.#lastReason = reason;
    this.#parts.log.info({ ...this.#names(), reason }, 'replica drains');
    this.#endPhase();
    this.#enter('declining', 'draining');
    this.#seek(this.#absenceMs());
  }

  /** Whatever state it is in, its open requests are lost; one that is out already is sought already. */
  #stall(silentMs: number): void {
    const seconds = (silentMs / 1_000).toFixed(1);
    const reason = `stands still: for ${seconds} s no answer has come further`;
    if (this.#isServing || this.#phase === 'declining' || this.#phase === 'suspended') {
      this.#eject('stall', reason);
    }
    this.#parts.stalled(reason);
  }

  #suspend(openMs: number): void {
    const reason = `requests fail at it; it is left out for ${openMs} ms`;
    this.#parts.log.warn({ ...this.#names(), reason }, 'replica is out');
    this.#leave('suspended', 'errors');
  }

  #restart(): void {
    this.#parts.log.warn(this.#names(), 'replica was restarted');
    this.#conduct.stop();
    this.#endPhase();
    this.#enter('starting', 'restarted');
    this.#seek(0);
  }

  /** The one request of a trial need not end: its first token tells enough. */
  #lookAtProbe(): void {
    const probe = this.#parts.fleet.probe(this.#target.id);
    if (this.#phase !== 'half-open' || probe === undefined) return;
    if (probe.outputTokens > 0) this.#conduct.acquit();
    // It ended without a word about its end.
    else if (probe.isReleased) this.#show();
  }

  #leave(phase: 'ejected' | 'suspended', why: EjectionReason): void {
    this.#parts.ejected(why);
    this.#enter(phase, 'ejected');
  }

  #enter(phase: Phase, event: ReplicaEvent): void {
    this.#phase = phase;
    this.#show();
    this.#parts.happened(event);
    this.#parts.changed();
  }

  #show(): void {
    const { fleet } = this.#parts;
    const { id } = this.#target;
    const mark = this.#gpuMark.reason ?? (this.#isDrained ? 'drained by hand' : undefined);
    if (this.#phase === 'declining') fleet.setState(id, 'draining', 'its engine drains');
    else if (this.#isServing && mark !== undefined) fleet.setState(id, 'draining', mark);
    else fleet.setState(id, this.#phase);
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
