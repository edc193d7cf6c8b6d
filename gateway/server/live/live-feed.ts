import type { CancelTimer, Clock } from '../../clock.ts';
import { beat } from '../../discovery/repeat.ts';
import type { OpenRequests } from '../../pipeline/open-requests.ts';
import type { HouseView } from './house-view.ts';
import type { HouseStanding, LiveEvent, RequestChanges } from './page/model/live-events.ts';
import type { LookTerms } from './request-sample.ts';
import { RequestSample } from './request-sample.ts';

/** Somebody who watches. */
export interface Watcher {
  /** Bytes that it was sent and has not taken. */
  readonly waitingBytes: number;
  send(text: string): void;
  /** Ends its connection. */
  drop(): void;
}

/** What a feed is made of. */
export interface LiveFeedParts {
  readonly view: HouseView;
  readonly open: OpenRequests;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  /** Told of a tick that broke on a bug of ours; the next one comes all the same. */
  readonly crashed?: ((error: unknown) => void) | undefined;
}

/** Between two events: four a second are a motion to the eye, and cost a hundredth of what the tokens cost. */
export const TICK_MS = 250;

/** Pages that may watch at once. */
export const WATCHERS_MAX = 16;

/** What may lie unread by one watcher before it is sent no more. */
export const WAITING_BYTES_MAX: number = 2 ** 20;

/** Events in a row that a watcher may miss, ten seconds' worth, before it is dropped. */
export const MISSED_MAX = 40;

interface Seat {
  readonly watcher: Watcher;
  missed: number;
}

/**
 * Tells everybody who watches the same thing, four times a second. Behind whom `WAITING_BYTES_MAX` lie unread misses
 * events, and is told everything anew when they are read, or dropped after `MISSED_MAX`. While nobody watches nothing is read, kept or timed.
 */
export class LiveFeed {
  readonly #parts: LiveFeedParts;
  readonly #sample: RequestSample;
  readonly #seats: Set<Seat> = new Set();
  #cancelTick: CancelTimer | undefined;

  constructor(parts: LiveFeedParts) {
    this.#parts = parts;
    this.#sample = new RequestSample(parts.open);
  }

  /** Whether another one may watch. */
  get isFull(): boolean {
    return this.#seats.size >= WATCHERS_MAX;
  }

  /** Sends a watcher everything at once and changes from then on; the result ends that. */
  watch(watcher: Watcher): () => void {
    const seat: Seat = { watcher, missed: 0 };
    if (this.#seats.size === 0) this.#begin();
    this.#seats.add(seat);
    const { standing, terms } = this.#look();
    watcher.send(wholeText(standing, this.#sample.whole(terms)));
    return () => this.#leave(seat);
  }

  #begin(): void {
    this.#sample.forget();
    this.#sample.look(this.#look().terms);
    const { clock, crashed } = this.#parts;
    this.#cancelTick = beat({ clock, intervalMs: TICK_MS, crashed }, () => this.#tick());
  }

  #leave(seat: Seat): void {
    this.#seats.delete(seat);
    if (this.#seats.size > 0) return;
    this.#cancelTick?.();
    this.#cancelTick = undefined;
    this.#sample.forget();
  }

  #tick(): void {
    const { standing, terms } = this.#look();
    const changes = eventText({ ...standing, whole: false, requests: this.#sample.look(terms) });
    let whole: string | undefined;
    for (const seat of this.#seats) {
      const { watcher } = seat;
      if (watcher.waitingBytes > WAITING_BYTES_MAX) this.#miss(seat);
      else if (seat.missed === 0) watcher.send(changes);
      else {
        whole ??= wholeText(standing, this.#sample.whole(terms));
        seat.missed = 0;
        watcher.send(whole);
      }
    }
  }

  #miss(seat: Seat): void {
    seat.missed += 1;
    if (seat.missed < MISSED_MAX) return;
    this.#leave(seat);
    seat.watcher.drop();
  }

  #look(): { readonly standing: HouseStanding; readonly terms: LookTerms } {
    const { view, clock, wallMs } = this.#parts;
    const standing = view.standing();
    const nowMs = clock.nowMs();
    const replicaIndex = new Map(standing.replicas.map(({ id }, index) => [id, index]));
    return { standing, terms: { nowMs, wallOffsetMs: wallMs() - nowMs, replicaIndex } };
  }
}

function wholeText(standing: HouseStanding, requests: RequestChanges): string {
  return eventText({ ...standing, whole: true, requests });
}

/** One event of a `text/event-stream`. */
function eventText(event: LiveEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}
