import type { Census, Fleet } from '../../routing/fleet.ts';
import { isPanic, maySuspend } from '../../routing/fleet.ts';
import type { ReplicaId } from '../../routing/replica.ts';
import type { Clock } from '../clock.ts';
import type { PostPage, ReadPage } from '../engines/catalog.ts';
import type { FetchText } from '../wire/text-client.ts';
import type { Outcome } from './conduct.ts';
import type { GpuUser } from './gpu-watch.ts';
import { ReplicaWatch } from './replica-watch.ts';
import type { ReplicaSource, ReplicaTarget } from './sources/source.ts';
import type { DiscoveryLog, EjectionReason, ReplicaEvent, Standing } from './watch-parts.ts';
import type { WatchLimits } from './watch-terms.ts';

export type { Outcome } from './conduct.ts';
export type { DiscoveryLog, EjectionReason, ReplicaEvent } from './watch-parts.ts';
export type { WatchLimits } from './watch-terms.ts';

/** What a fleet is kept with. */
export interface KeeperParts {
  readonly fleet: Fleet;
  readonly source: ReplicaSource;
  readonly clock: Clock;
  /** 0 up to 1; spreads retries. */
  readonly random: () => number;
  /** How pages of a replica are fetched: each may have an authority of its own. */
  readonly fetchTextOf: (target: ReplicaTarget) => FetchText;
  readonly limits: WatchLimits;
  readonly log: DiscoveryLog;
  /** Told of every change of states, facts or load; the place to wake who waits for a replica. */
  readonly onChange: () => void;
  /** Told what befalls each replica, for a counter. */
  readonly onEvent?: (id: ReplicaId, event: ReplicaEvent) => void;
  /** Told why a replica is given no more requests, for a counter. */
  readonly onEjection?: (id: ReplicaId, reason: EjectionReason) => void;
  /** The open requests of a replica will get nothing more; `reason` goes on from its name. */
  readonly onStall?: (id: ReplicaId, reason: string) => void;
}

/** Keeps the fleet true: who is there, in which state, with which facts, how busy. */
export class Keeper {
  readonly #parts: KeeperParts;
  readonly #watches: Map<ReplicaId, ReplicaWatch> = new Map();
  #unwatchSource: () => void = () => undefined;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Begins to follow the source. Every replica it names is in the fleet at once, as `starting`. */
  start(): void {
    this.#unwatchSource = this.#parts.source.watch({
      joined: (target) => this.#join(target),
      left: (id) => this.#leave(id),
    });
  }

  /** Ends every timer and request under way; the fleet stays as it is. */
  stop(): void {
    this.#unwatchSource();
    for (const watch of this.#watches.values()) watch.stop();
    this.#watches.clear();
  }

  /** What came of a request's attempt that began at `sentMs`. */
  attempted(id: ReplicaId, outcome: Outcome, sentMs: number): void {
    this.#watches.get(id)?.attempted(outcome, sentMs);
  }

  /** Gives a replica nothing more until `undrain`; false where there is none of that id. */
  drain(id: ReplicaId): boolean {
    this.#watches.get(id)?.drain();
    return this.#watches.has(id);
  }

  /** Takes the mark of `drain` away; false where there is no replica of that id. */
  undrain(id: ReplicaId): boolean {
    this.#watches.get(id)?.undrain();
    return this.#watches.has(id);
  }

  /** The replicas of the moment, and their GPUs. */
  gpuUsers(): readonly GpuUser[] {
    return Array.from(this.#watches, ([id, { gpus }]) => ({ id, gpus }));
  }

  /** Told at every look at the GPUs what those of a replica have; `undefined` where they are well. */
  judgeGpus(id: ReplicaId, reason: string | undefined): void {
    const watch = this.#watches.get(id);
    if (watch === undefined) return;
    const { replicas, serving } = this.#census();
    // One that is out already is no loss; of those that serve, so many as keep the fleet going stay.
    const left = watch.standing === 'serving' ? serving - 1 : serving;
    watch.judgeGpus(reason, !isPanic({ replicas, serving: left }));
  }

  #join(target: ReplicaTarget): void {
    const { fleet, clock, random, limits, log, onChange, onEvent } = this.#parts;
    const watch = new ReplicaWatch(target, {
      fleet,
      clock,
      random,
      limits,
      log,
      ...pagesOf(target, this.#parts.fetchTextOf(target)),
      crashed: (err) => log.warn({ err, replica: target.id }, 'a look at a replica crashed'),
      changed: onChange,
      happened: (event) => {
        onEvent?.(target.id, event);
        this.#relieve();
      },
      ejected: (reason) => this.#parts.onEjection?.(target.id, reason),
      stalled: (reason) => this.#parts.onStall?.(target.id, reason),
      mayBeSuspended: () => maySuspend(this.#census()),
    });
    this.#watches.set(target.id, watch);
    watch.start();
  }

  #leave(id: ReplicaId): void {
    this.#watches.get(id)?.stop();
    this.#watches.delete(id);
    this.#parts.fleet.leave(id);
    this.#parts.onChange();
  }

  /** Where too few serve, those are tried that are left out for their errors or their GPUs. */
  #relieve(): void {
    if (!isPanic(this.#census())) return;
    for (const watch of this.#watches.values()) watch.pardon();
  }

  #census(): Census {
    const standings = [...this.#watches.values()].map(({ standing }) => standing);
    const count = (wanted: Standing): number => standings.filter((one) => one === wanted).length;
    return {
      replicas: standings.length - count('drained'),
      serving: count('serving'),
      suspended: count('suspended'),
    };
  }
}

function pagesOf(
  { url, apiKey }: ReplicaTarget,
  fetchText: FetchText,
): { readonly readPage: ReadPage; readonly postPage: PostPage } {
  const headers: Readonly<Record<string, string>> =
    apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  return {
    readPage: (path, signal) => fetchText(`${url}${path}`, { headers, signal }),
    postPage: (path, body, signal) => fetchText(`${url}${path}`, { headers, signal, body }),
  };
}
