import type { VirtualReplica } from '../../../../gateway/replay/virtual/virtual-replica.ts';
import type { Replica } from '../../../../routing/replica.ts';
import { Ledger } from '../../../../routing/structures/ledger.ts';
import type { Reservation } from '../../../../routing/structures/ledger.ts';

/** Lengths of a request as they will be. */
export interface TrueLengths {
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly expectedOutputTokens: number;
  readonly nowMs: number;
}

/** A replica as one sees it who knows everything. */
export class KnownReplica {
  readonly facts: Replica;
  readonly #ledger: Ledger;
  readonly #replica: VirtualReplica;
  readonly #slowness: () => number;
  /** Over the open requests: all that each will have computed and made in the end. */
  #tokensInTheEnd = 0;

  constructor(facts: Replica, replica: VirtualReplica, slowness: () => number) {
    this.facts = facts;
    this.#ledger = new Ledger(facts.id);
    this.#replica = replica;
    this.#slowness = slowness;
  }

  /** Requests open there, those of others included. */
  get requests(): number {
    return this.#replica.openRequests;
  }

  /** Uncomputed prompt tokens in its queue, those of others included. */
  get prefillTokens(): number {
    const own = this.#ledger.prefillTokens;
    return this.#hasOthers ? Math.max(own, this.#replica.load().waitingTokens) : own;
  }

  /** Output tokens that it has still to make; those of others are taken to be half of what they hold. */
  get remainingTokens(): number {
    const made = this.#ledger.kvTokens;
    return this.#tokensInTheEnd - made + this.#foreignKvTokens / 2;
  }

  /** Milliseconds that a prompt token takes, as fast as the replica is now. */
  get prefillMsPerToken(): number {
    return this.#replica.preset.stepTimes.prefillMsPerToken * this.#slowness();
  }

  /** Milliseconds of the batch's time that an output token takes in a batch of ordinary size. */
  get decodeMsPerToken(): number {
    const { graphBaseMs, graphMsPerSequence, decodeMsPerKvToken } = this.#replica.preset.stepTimes;
    const each = graphBaseMs / ORDINARY_BATCH + graphMsPerSequence;
    return (each + decodeMsPerKvToken * ORDINARY_KV_TOKENS) * this.#slowness();
  }

  /** Share of its KV cache in use, by whomever. */
  get kvUsage(): number {
    const used = this.#ledger.kvTokens + this.#foreignKvTokens;
    return used / this.#replica.preset.kvCapacityTokens;
  }

  /** Whether the KV cache holds one more to everyone's end. */
  holds(uncachedTokens: number, outputTokens: number): boolean {
    const { kvCapacityTokens, kvBlockTokens } = this.#replica.preset;
    const blockLoss = (this.#ledger.requests + 1) * (kvBlockTokens - 1);
    const roomTokens = kvCapacityTokens - blockLoss - this.#foreignKvTokens;
    return this.#ledger.kvFits(uncachedTokens, outputTokens, roomTokens);
  }

  reserve(lengths: TrueLengths): Reservation {
    const { promptTokens, cachedTokens, expectedOutputTokens } = lengths;
    const inTheEnd = promptTokens - cachedTokens + expectedOutputTokens;
    const reserved = this.#ledger.reserve(lengths);
    this.#tokensInTheEnd += inTheEnd;
    return whenReleased(reserved, () => (this.#tokensInTheEnd -= inTheEnd));
  }

  get #hasOthers(): boolean {
    return this.#replica.openRequests > this.#ledger.requests;
  }

  get #foreignKvTokens(): number {
    if (!this.#hasOthers) return 0;
    return Math.max(this.#replica.load().usedTokens - this.#ledger.kvTokens, 0);
  }
}

function whenReleased(reserved: Reservation, then: () => void): Reservation {
  const release = reserved.release.bind(reserved);
  reserved.release = () => {
    const released = release();
    if (released) then();
    return released;
  };
  return reserved;
}

/** Of the published lengths in a cache of ordinary size. */
const ORDINARY_BATCH = 60;
const ORDINARY_KV_TOKENS = 2500;
