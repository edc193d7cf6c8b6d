import type { Reservation } from '../../routing/fleet.ts';
import type { PlaceReservation } from './turn.ts';

/** Told what becomes of a reservation. */
export interface ReservationEvents {
  /** Others may have room: a prompt is computed, or all is given back. */
  madeRoom(): void;
  /** Once, with the tokens of its answer; `undefined` where it had none. */
  ended(outputTokens: number | undefined): void;
}

/** A reservation that lets those who wait know when it makes room, and at its end what came of it. */
export class WakingReservation implements PlaceReservation {
  answeredTokens: number | undefined;
  readonly #reserved: Reservation;
  readonly #events: ReservationEvents;
  #hasAnswer = false;

  constructor(reserved: Reservation, events: ReservationEvents) {
    this.#reserved = reserved;
    this.#events = events;
  }

  get replicaId(): string {
    return this.#reserved.replicaId;
  }

  get promptTokens(): number {
    return this.#reserved.promptTokens;
  }

  get outputTokens(): number {
    return this.#reserved.outputTokens;
  }

  set outputTokens(tokens: number) {
    this.#reserved.outputTokens = tokens;
  }

  get isPaused(): boolean {
    return this.#reserved.isPaused;
  }

  set isPaused(isPaused: boolean) {
    this.#reserved.isPaused = isPaused;
  }

  get isReleased(): boolean {
    return this.#reserved.isReleased;
  }

  firstToken(): void {
    if (this.#hasAnswer) return;
    this.#hasAnswer = true;
    this.#reserved.firstToken();
    this.#events.madeRoom();
  }

  release(): boolean {
    const released = this.#reserved.release();
    if (!released) return false;
    this.#events.ended(this.#hasAnswer ? (this.answeredTokens ?? this.outputTokens) : undefined);
    this.#events.madeRoom();
    return true;
  }
}
