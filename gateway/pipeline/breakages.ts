import type { ReplicaId } from '../../routing/replica.ts';

/** A process that dies breaks all of its connections at once; what breaks later has reasons of its own. */
export const SAME_DEATH_MS = 1_000;

/** An answer that a replica did not bring to its end. */
interface Breakage {
  readonly requestId: string;
  readonly atMs: number;
}

/** Where answers broke lately, and under whom: the last two requests of each replica. */
export class Breakages {
  readonly #lastTwo = new Map<ReplicaId, readonly Breakage[]>();

  /** Notes that an answer broke at `nowMs`. */
  note(replica: ReplicaId, requestId: string, nowMs: number): void {
    const others = this.#of(replica).filter((one) => one.requestId !== requestId);
    this.#lastTwo.set(replica, [...others.slice(-1), { requestId, atMs: nowMs }]);
  }

  /** Whether the answer to another request broke at the replica within a second before `nowMs`. */
  metOthers(replica: ReplicaId, requestId: string, nowMs: number): boolean {
    return this.#of(replica).some(
      (one) => one.requestId !== requestId && nowMs - one.atMs <= SAME_DEATH_MS,
    );
  }

  #of(replica: ReplicaId): readonly Breakage[] {
    return this.#lastTwo.get(replica) ?? [];
  }
}
