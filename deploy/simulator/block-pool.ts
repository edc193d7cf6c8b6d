import assert from 'node:assert/strict';

/**
 * KV blocks shared by name. A block is held by any number of sequences; one that nobody holds keeps
 * its name, so that its content can be found again, until it is the one idle for longest and its
 * room is needed.
 */
export class BlockPool {
  readonly blockCount: number;
  readonly #holders: Int32Array;
  readonly #names: (number | undefined)[];
  readonly #blockOfName = new Map<number, number>();
  /** The idle blocks as a ring through `#end`: longest idle next to it, latest freed before it. */
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #end: number;
  #idleCount = 0;

  constructor(blockCount: number) {
    this.blockCount = blockCount;
    this.#end = blockCount;
    this.#holders = new Int32Array(blockCount);
    this.#names = Array.from({ length: blockCount });
    this.#next = new Int32Array(blockCount + 1);
    this.#previous = new Int32Array(blockCount + 1);
    this.#next[this.#end] = this.#end;
    this.#previous[this.#end] = this.#end;
    for (let block = 0; block < blockCount; block += 1) this.#link(block);
  }

  /** Blocks that nobody holds, named ones included. */
  get idleCount(): number {
    return this.#idleCount;
  }

  /** Blocks of the first `names`, at most `countMax`, up to the first name that is unknown. */
  find(names: readonly number[], countMax: number): number[] {
    const found: number[] = [];
    for (const name of names) {
      const block = this.#blockOfName.get(name);
      if (block === undefined || found.length === countMax) break;
      found.push(block);
    }
    return found;
  }

  /** How many of `blocks` nobody holds. */
  countIdle(blocks: readonly number[]): number {
    let count = 0;
    for (const block of blocks) if (this.#holders[block] === 0) count += 1;
    return count;
  }

  /** Holds a block that `find` gave. */
  hold(block: number): void {
    const holders = this.#holders[block] ?? 0;
    if (holders === 0) this.#unlink(block);
    this.#holders[block] = holders + 1;
  }

  /** Holds the block that was idle for longest and forgets its content. One must be idle. */
  take(): number {
    const block = this.#next[this.#end] ?? this.#end;
    assert(block !== this.#end, 'a block is idle');
    this.#forget(block);
    this.hold(block);
    return block;
  }

  /** Lets others find a held block; a name that another block has stays with that one. */
  name(block: number, name: number): void {
    if (this.#blockOfName.has(name)) return;
    this.#blockOfName.set(name, block);
    this.#names[block] = name;
  }

  /** Lets go of one sequence's blocks, emptying the list. Its tail is forgotten first. */
  release(blocks: number[]): void {
    for (let block = blocks.pop(); block !== undefined; block = blocks.pop()) {
      const holders = (this.#holders[block] ?? 0) - 1;
      assert(holders >= 0, 'a block is released as often as it was held');
      this.#holders[block] = holders;
      if (holders === 0) this.#link(block);
    }
  }

  /** Forgets the content of all idle blocks. */
  forgetIdle(): void {
    for (const block of this.#blockOfName.values()) {
      if (this.#holders[block] === 0) this.#forget(block);
    }
  }

  #forget(block: number): void {
    const name = this.#names[block];
    if (name === undefined) return;
    this.#blockOfName.delete(name);
    this.#names[block] = undefined;
  }

  /** Puts a block at the end of the idle ring. */
  #link(block: number): void {
    const last = this.#previous[this.#end] ?? this.#end;
    this.#next[last] = block;
    this.#previous[block] = last;
    this.#next[block] = this.#end;
    this.#previous[this.#end] = block;
    this.#idleCount += 1;
  }

  #unlink(block: number): void {
    const before = this.#previous[block] ?? this.#end;
    const after = this.#next[block] ?? this.#end;
    this.#next[before] = after;
    this.#previous[after] = before;
    this.#idleCount -= 1;
  }
}
