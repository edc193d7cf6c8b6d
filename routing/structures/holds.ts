import type { ReplicaId } from '../replica.ts';

/** Replicas that take nobody else until one who was passed over for too long has found room. */
export class Holds<T extends object> {
  readonly #holders: Map<ReplicaId, T> = new Map();
  readonly #held: Map<T, ReplicaId> = new Map();

  /** Those for whom a replica is held at this moment, longest first; what is held may change meanwhile. */
  holders(): readonly T[] {
    return [...this.#held.keys()];
  }

  /** The replica that is held for one. */
  heldFor(one: T): ReplicaId | undefined {
    return this.#held.get(one);
  }

  /** For whom a replica is held. */
  holderOf(id: ReplicaId): T | undefined {
    return this.#holders.get(id);
  }

  /** True while a replica is held for somebody. */
  isHeld(id: ReplicaId): boolean {
    return this.#holders.has(id);
  }

  /** Holds a replica that nobody holds, in place of the one that was held for the same. */
  hold(id: ReplicaId, one: T): void {
    this.release(one);
    this.#holders.set(id, one);
    this.#held.set(one, id);
  }

  /** Opens what is held for one, if anything is. */
  release(one: T): void {
    const id = this.#held.get(one);
    if (id === undefined) return;
    this.#held.delete(one);
    this.#holders.delete(id);
  }
}
