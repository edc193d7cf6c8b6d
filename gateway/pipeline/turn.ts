import type { Reservation } from '../../routing/fleet.ts';
import type { Replica } from '../../routing/replica.ts';
import type { Receipt } from '../../routing/router.ts';
import type { GatewayError } from '../generation/error.ts';
import type { Served } from './served-lately.ts';

/** How a request waited for its turn. */
export interface TurnWait {
  readonly ms: number;
  /** What it lacked when it came: its turn, since others stood before it, or room on a replica. */
  readonly lacked: 'turn' | 'room' | undefined;
  /** Requests that waited when it came. */
  readonly waitingRequests: number;
  /** Who was given a place while it waited. */
  readonly served: Served;
}

/** What a request holds at its replica. */
export interface PlaceReservation extends Reservation {
  /** Output tokens as the engine counted them, where nobody counted them as they came. */
  answeredTokens?: number | undefined;
}

/** A reserved place at a replica. */
export interface Place {
  readonly replica: Replica;
  readonly receipt: Receipt;
  /** Its first token and its release make room, and who waits is asked again. */
  readonly reservation: PlaceReservation;
  readonly queueWaitMs: number;
  readonly wait: TurnWait;
  /** Prompt tokens that the replica is taken to have in its cache. */
  readonly cachedTokens: number;
}

/** Told once what became of a request's turn; within `enter` itself where nothing has to be waited for. */
export interface Turn {
  granted(place: Place): void;
  refused(error: GatewayError, refusal: Refusal): void;
}

/** What is known of a turn that was not given. */
export interface Refusal {
  readonly wait: TurnWait;
  /** Why nobody could take it; `undefined` where no replica was looked for. */
  readonly receipt: Receipt | undefined;
}

/** Somebody who waits. */
export interface Waiting {
  /** Gives the turn up; its `Turn` hears nothing more. */
  leave(): void;
  /** How it has waited so far. */
  wait(): TurnWait;
}
