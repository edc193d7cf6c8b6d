import type { ReplicaId } from './replica.ts';
import type { ShadowPick } from './shadow.ts';

/** What all receipts of one router have in common. */
export interface ReceiptHeads {
  readonly policy: string;
  /** Names of the costs, in the order of their rows. */
  readonly costs: readonly string[];
  /** Names of what may drop a replica; `droppedBy` counts them from 1. */
  readonly filters: readonly string[];
}

/** The figures of one decision. */
export interface ReceiptFigures {
  readonly heads: ReceiptHeads;
  /** Every replica that was there, in the fleet's order. */
  readonly replicas: readonly ReplicaId[];
  /** For each of `replicas` 0 where it was a candidate, else 1 + the index of the filter that dropped it. */
  readonly droppedBy: Uint8Array;
  /** Why replicas are in the states that they are in, where somebody has said it of any. */
  readonly stateReasons?: ReadonlyMap<ReplicaId, string> | undefined;
  /**
   * A row for each cost, one for their sums and one for the age of the load in milliseconds; a last one
   * for cached prompt tokens where any are known. One number a candidate in each, in their order.
   */
  readonly rows: Float64Array;
  readonly candidateCount: number;
  /** Which of the candidates was picked; -1 where there was none. */
  readonly pick: number;
  readonly shadow: ShadowPick | undefined;
}

/** A replica that was no candidate, and what dropped it. */
export interface Dropped {
  readonly replica: ReplicaId;
  readonly filter: string;
  /** Why it is in the state that it is in; absent where nobody has said it. */
  readonly reason?: string;
}

/**
 * Why a decision fell as it did. It is written as a few flat lists, since there is one for each
 * decision, and spelled out only for whoever asks.
 */
export class Receipt {
  readonly #figures: ReceiptFigures;

  constructor(figures: ReceiptFigures) {
    this.#figures = figures;
  }

  get policy(): string {
    return this.#figures.heads.policy;
  }

  /** What a shadow policy would have done; `undefined` where there is none. */
  get shadow(): ShadowPick | undefined {
    return this.#figures.shadow;
  }

  /** The replica that was picked; `undefined` where nobody was left to pick. */
  get picked(): ReplicaId | undefined {
    return this.candidates[this.#figures.pick];
  }

  /** Index of `picked` in `candidates`; -1 where nobody was left to pick. */
  get pickedIndex(): number {
    return this.#figures.pick;
  }

  /** Replicas that passed every filter, in the fleet's order. */
  get candidates(): readonly ReplicaId[] {
    const { replicas, droppedBy } = this.#figures;
    return replicas.filter((_, index) => droppedBy[index] === 0);
  }

  /** Replicas that did not, each with the first filter that dropped it. */
  get dropped(): readonly Dropped[] {
    const { heads, replicas, droppedBy, stateReasons } = this.#figures;
    return replicas.flatMap((replica, index) => {
      const dropper = droppedBy[index] ?? 0;
      if (dropper === 0) return [];
      const reason = stateReasons?.get(replica);
      const filter = heads.filters[dropper - 1] ?? '';
      return [{ replica, filter, ...(reason !== undefined && { reason }) }];
    });
  }

  /** Cost name to seconds; index i belongs to `candidates[i]`. Empty for policies without costs. */
  get seconds(): ReadonlyMap<string, Float64Array> {
    return new Map(this.#figures.heads.costs.map((name, index) => [name, this.#row(index)]));
  }

  /** The sum of all costs of each candidate, in seconds. */
  get totalSeconds(): Float64Array {
    return this.#row(this.#figures.heads.costs.length);
  }

  /** How old each candidate's word of its load was, in milliseconds; `Infinity` where it has told none. */
  get loadAgesMs(): Float64Array {
    return this.#row(this.#figures.heads.costs.length + 1);
  }

  /** Prompt tokens that each candidate was taken to have cached; `undefined` where nothing is known. */
  get cachedTokens(): Float64Array | undefined {
    const row = this.#row(this.#figures.heads.costs.length + 2);
    return row.length === 0 ? undefined : row;
  }

  /** Memory that it keeps alive, about; the list of replicas is shared with other receipts. */
  get bytes(): number {
    const { rows, droppedBy } = this.#figures;
    return RECEIPT_BYTES + rows.byteLength + droppedBy.byteLength;
  }

  #row(index: number): Float64Array {
    const { rows, candidateCount } = this.#figures;
    return rows.subarray(index * candidateCount, (index + 1) * candidateCount);
  }
}

/** Objects and two array headers of a receipt, as V8 lays them out. */
const RECEIPT_BYTES = 400;
