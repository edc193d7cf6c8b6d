import type { Fleet } from '../../routing/fleet.ts';
import type { ReplicaId } from '../../routing/replica.ts';
import type { Clock } from '../clock.ts';
import type { ReadPage } from '../engines/catalog.ts';
import type { FetchText } from '../wire/text-client.ts';
import type { DiscoveryLog, ReplicaEvent } from './replica-watch.ts';
import { ReplicaWatch } from './replica-watch.ts';
import type { ReplicaSource, ReplicaTarget } from './sources/source.ts';
import type { WatchLimits } from './watch-terms.ts';

export type { DiscoveryLog, ReplicaEvent } from './replica-watch.ts';
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

  /** A request could not connect to a replica: enough of these in a row take it out at once. */
  reportFailure(id: ReplicaId): void {
    this.#watches.get(id)?.reportFailure();
  }

  /** A request got an answer from a replica, good or bad. */
  reportSuccess(id: ReplicaId): void {
    this.#watches.get(id)?.reportSuccess();
  }

  #join(target: ReplicaTarget): void {
    const { fleet, clock, random, limits, log, onChange, onEvent } = this.#parts;
    const watch = new ReplicaWatch(target, {
      fleet,
      clock,
      random,
      limits,
      log,
      readPage: pageReader(target, this.#parts.fetchTextOf(target)),
      crashed: (err) => log.warn({ err, replica: target.id }, 'a look at a replica crashed'),
      changed: onChange,
      happened: (event) => onEvent?.(target.id, event),
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
}

function pageReader({ url, apiKey }: ReplicaTarget, fetchText: FetchText): ReadPage {
  const headers: Readonly<Record<string, string>> =
    apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  return (path, signal) => fetchText(`${url}${path}`, { headers, signal });
}
