import { LRUCache } from 'lru-cache';
import type { ReplicaId } from '../replica.ts';
import type { CachedTokens } from '../request.ts';

/** Blocks that are remembered over all replicas: at 512 bytes of prompt each, 100 MB of prompts. */
const BLOCKS_MAX = 200_000;

/** About what one block costs in the index: its key, its place in the order, and two holders. */
const BLOCK_BYTES = 160;

/** Holders remembered of one block: a prefix that so many replicas hold is at home everywhere. */
const HOLDERS_MAX = 16;

/** Share of a KV cache that old prompts can stay in: the rest belongs to what runs. */
const CACHE_SHARE = 0.8;

/** Newest share in the mean of told over predicted tokens: about the last ten answers count. */
const LEARNING_RATE = 0.1;

/** Predictions too short to be judged by: engines cache whole blocks and compute the last token anew. */
const JUDGED_TOKENS_MIN = 256;

/** A prompt as its blocks are known. */
export interface PromptBlocks {
  /** One chained hash for each full block, first block first. */
  readonly blockHashes: readonly number[];
  /** Prompt tokens that one block stands for. */
  readonly blockTokens: number;
}

interface Holder {
  readonly memory: ReplicaMemory;
  /** `memory.writtenTokens` when the replica was last given the block. */
  writtenTokens: number;
}

/** What a replica has been given, as a position in an endless tape of tokens. */
interface ReplicaMemory {
  writtenTokens: number;
  /** What was written before is gone: the replica has been started anew. */
  emptyTokens: number;
  capacityTokens: number;
  /** Tokens that the engine found in its cache over those predicted, as a mean: 0 for an engine without one. */
  trust: number;
}

/**
 * Which replica has which prompt blocks in its KV cache, as far as can be told from what it was given. A
 * replica forgets what it was given a cache-full of tokens ago, as an LRU cache does; what engines tell of
 * cached tokens corrects the rest. Bounded in bytes whatever the traffic.
 */
export class PrefixIndex {
  readonly #blocksMax: number;
  /** Takes megabytes at once, and so not before there is a block to keep. */
  #blocks: LRUCache<number, Holder[]> | undefined;
  readonly #replicas: Map<ReplicaId, ReplicaMemory> = new Map();
  readonly #ids: Map<ReplicaMemory, ReplicaId> = new Map();
  /** Rises whenever what is cached may have changed. */
  #version = 0;

  /** `blocksMax` bounds the memory: the least recently used blocks are forgotten. */
  constructor(blocksMax: number = BLOCKS_MAX) {
    this.#blocksMax = blocksMax;
  }

  /** Blocks that are remembered. */
  get blocks(): number {
    return this.#blocks?.size ?? 0;
  }

  /** Memory that the index takes, about. */
  get bytes(): number {
    return this.blocks * BLOCK_BYTES;
  }

  /** Counts the prompt as given to a replica, and the tokens that its cache has to take in for it. */
  given(id: ReplicaId, blockHashes: readonly number[], newTokens: number): void {
    const memory = this.#memoryOf(id);
    memory.writtenTokens += newTokens;
    if (blockHashes.length === 0 || memory.capacityTokens === 0) return;
    this.#version += 1;
    for (const hash of blockHashes) this.#note(hash, memory);
  }

  /** What replicas have of a prompt, read anew whenever it is asked and something has changed. */
  find(prompt: PromptBlocks): CachedTokens {
    let version = this.#version;
    let tokens = this.#cachedTokens(prompt);
    return {
      at: (id) => {
        if (version !== this.#version) {
          version = this.#version;
          tokens = this.#cachedTokens(prompt);
        }
        return tokens.get(id) ?? 0;
      },
    };
  }

  /** Takes in how many tokens an engine found in its cache, of those that were predicted. */
  corrected(id: ReplicaId, predictedTokens: number, toldTokens: number): void {
    if (predictedTokens < JUDGED_TOKENS_MIN) return;
    const memory = this.#memoryOf(id);
    // What is predicted bears the trust of its time: it is the raw prediction that is judged.
    const share = Math.min((toldTokens / predictedTokens) * memory.trust, 1);
    memory.trust += LEARNING_RATE * (Math.max(share, TRUST_MIN) - memory.trust);
    this.#version += 1;
  }

  /** The KV cache of a replica has room for so many tokens; with none, it is not given anything to remember. */
  setCapacity(id: ReplicaId, capacityTokens: number | undefined): void {
    this.#memoryOf(id).capacityTokens = (capacityTokens ?? Infinity) * CACHE_SHARE;
  }

  /** The cache of a replica is empty: it has started anew, or was flushed. */
  emptied(id: ReplicaId): void {
    const memory = this.#memoryOf(id);
    memory.writtenTokens += 1;
    memory.emptyTokens = memory.writtenTokens;
    this.#version += 1;
  }

  /** A replica has left for good. */
  removed(id: ReplicaId): void {
    const memory = this.#replicas.get(id);
    if (memory === undefined) return;
    this.emptied(id);
    this.#replicas.delete(id);
    this.#ids.delete(memory);
  }

  /** Prompt tokens that each replica has cached from the first on; those without any are left out. */
  #cachedTokens({ blockHashes, blockTokens }: PromptBlocks): ReadonlyMap<ReplicaId, number> {
    const blocks = new Map<ReplicaMemory, number>();
    for (const [index, hash] of blockHashes.entries()) {
      if (!this.#extend(blocks, index, hash)) break;
    }
    const tokens = new Map<ReplicaId, number>();
    for (const [memory, count] of blocks) {
      const id = this.#ids.get(memory);
      const cached = Math.floor(count * blockTokens * memory.trust);
      if (id !== undefined && cached > 0) tokens.set(id, cached);
    }
    return tokens;
  }

  /** Adds block number `index` to those that have all before it; false when nobody has. */
  #extend(blocks: Map<ReplicaMemory, number>, index: number, hash: number): boolean {
    let found = false;
    for (const { memory, writtenTokens } of this.#blocks?.get(hash) ?? NOBODY) {
      const isBefore = writtenTokens < memory.emptyTokens;
      if (isBefore || memory.writtenTokens - writtenTokens > memory.capacityTokens) continue;
      if ((blocks.get(memory) ?? 0) !== index) continue;
      blocks.set(memory, index + 1);
      found = true;
    }
    return found;
  }

  #note(hash: number, memory: ReplicaMemory): void {
    this.#blocks ??= new LRUCache({ max: this.#blocksMax });
    const holders = this.#blocks.get(hash);
    if (holders === undefined) {
      this.#blocks.set(hash, [{ memory, writtenTokens: memory.writtenTokens }]);
      return;
    }
    const known = holders.find((holder) => holder.memory === memory);
    if (known !== undefined) known.writtenTokens = memory.writtenTokens;
    else {
      if (holders.length >= HOLDERS_MAX) holders.shift();
      holders.push({ memory, writtenTokens: memory.writtenTokens });
    }
  }

  #memoryOf(id: ReplicaId): ReplicaMemory {
    const known = this.#replicas.get(id);
    if (known !== undefined) return known;
    const memory = { writtenTokens: 0, emptyTokens: 0, capacityTokens: Infinity, trust: 1 };
    this.#replicas.set(id, memory);
    this.#ids.set(memory, id);
    return memory;
  }
}

/** Trust does not fall to 0, from where no answer could raise it again. */
const TRUST_MIN = 0.01;

const NOBODY: readonly Holder[] = [];
