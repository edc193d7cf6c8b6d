/** Ids that are remembered: enough to say behind whom somebody waited. */
const IDS_MAX = 3;

/** Who was given a place while somebody waited. */
export interface Served {
  readonly requests: number;
  /** The last few of them, the last one last. */
  readonly lastIds: readonly string[];
}

/** Counts who is given a place, and remembers the last few by id. */
export class ServedLately {
  readonly #ids: string[] = [];
  #requests = 0;

  /** All so far; what `since` takes. */
  get requests(): number {
    return this.#requests;
  }

  /** Counts one who was given a place. */
  note(requestId: string): void {
    this.#requests += 1;
    this.#ids.push(requestId);
    if (this.#ids.length > IDS_MAX) this.#ids.shift();
  }

  /** Those who came after `requests` had been counted. */
  since(requests: number): Served {
    const count = this.#requests - requests;
    return count === 0 ? NOBODY : { requests: count, lastIds: this.#ids.slice(-count) };
  }
}

const NOBODY: Served = { requests: 0, lastIds: [] };
