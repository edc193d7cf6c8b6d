import type { BoardRequest } from './request-board.ts';

/** Requests that stand together: those at one replica, or those who wait. */
export interface Band {
  readonly name: string;
  /** Each keeps its place until it ends; `undefined` is a place that is free. */
  readonly places: readonly (BoardRequest | undefined)[];
}

/** The name of the band of those who are at no replica. */
export const WAITING_BAND = 'waiting';

/** A band of which more than half is free is closed up: holes say nothing. */
const FREE_SHARE_MAX = 0.5;

class Places {
  readonly all: (BoardRequest | undefined)[] = [];
  readonly #free: number[] = [];

  /** True where too few places are taken to leave everyone where it is. */
  get isSparse(): boolean {
    return this.#free.length > this.all.length * FREE_SHARE_MAX;
  }

  add(request: BoardRequest): number {
    const place = this.#free.pop() ?? this.all.length;
    this.all[place] = request;
    return place;
  }

  free(place: number): void {
    this.all[place] = undefined;
    this.#free.push(place);
  }

  /** Gives the free places at the end back, and takes the first ones next. */
  tidy(): void {
    while (this.all.length > 0 && this.all.at(-1) === undefined) this.all.pop();
    const kept = this.#free.filter((place) => place < this.all.length);
    this.#free.length = 0;
    this.#free.push(...kept.toSorted((one, other) => other - one));
  }

  /** Takes everybody out, in order. */
  empty(): readonly BoardRequest[] {
    const taken = this.all.filter((request) => request !== undefined);
    this.all.length = 0;
    this.#free.length = 0;
    return taken;
  }
}

interface Seat {
  readonly request: BoardRequest;
  readonly band: string;
  readonly place: number;
}

/** Gives every request a place beside the others of its replica, and leaves it there: a field that jumps cannot be read. */
export class FieldBands {
  readonly #bands: Map<string, Places> = new Map();
  #seats: Map<number, Seat> = new Map();

  /** The bands that hold somebody: those of `replicas` in their order, and at last those who wait. */
  seat(requests: Iterable<BoardRequest>, replicas: readonly string[]): readonly Band[] {
    const seats = new Map<number, Seat>();
    const newcomers: BoardRequest[] = [];
    for (const request of requests) {
      const seat = this.#seats.get(request.number);
      if (seat?.request === request && seat.band === bandOf(request)) {
        seats.set(request.number, seat);
      } else newcomers.push(request);
    }
    for (const [number, { band, place }] of this.#seats) {
      if (!seats.has(number)) this.#bands.get(band)?.free(place);
    }
    for (const places of this.#bands.values()) {
      places.tidy();
      if (places.isSparse) newcomers.unshift(...places.empty());
    }
    for (const request of newcomers) seats.set(request.number, this.#seatFor(request));
    this.#seats = seats;
    return this.#inOrder(replicas);
  }

  #seatFor(request: BoardRequest): Seat {
    const band = bandOf(request);
    let places = this.#bands.get(band);
    if (places === undefined) {
      places = new Places();
      this.#bands.set(band, places);
    }
    return { request, band, place: places.add(request) };
  }

  #inOrder(replicas: readonly string[]): readonly Band[] {
    const known = new Set([...replicas, WAITING_BAND]);
    const departed = [...this.#bands.keys()].filter((name) => !known.has(name));
    const bands: Band[] = [];
    for (const name of [...replicas, ...departed, WAITING_BAND]) {
      const places = this.#bands.get(name)?.all ?? [];
      if (places.length > 0) bands.push({ name, places });
      else this.#bands.delete(name);
    }
    return bands;
  }
}

function bandOf({ replica }: BoardRequest): string {
  return replica ?? WAITING_BAND;
}
