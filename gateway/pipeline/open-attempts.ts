import type { ReplicaId } from '../../routing/replica.ts';
import { GatewayError } from '../generation/error.ts';

/** An attempt that is under way, as far as it can be ended from outside. */
export interface OpenAttempt {
  /** True once a byte of the answer has reached the client. */
  readonly hasAnswered: boolean;
  /** Ends it as failed; the engine is aborted. */
  breakOff(error: GatewayError): void;
}

/** Every attempt that is under way, by its replica: what one of them cannot see, all of them together show. */
export class OpenAttempts {
  readonly #byReplica: Map<ReplicaId, Set<OpenAttempt>> = new Map();

  /** Counts an attempt until the result is called. */
  add(id: ReplicaId, attempt: OpenAttempt): () => void {
    const attempts = this.#byReplica.get(id) ?? new Set();
    this.#byReplica.set(id, attempts);
    attempts.add(attempt);
    return () => {
      attempts.delete(attempt);
      if (attempts.size === 0 && this.#byReplica.get(id) === attempts) this.#byReplica.delete(id);
    };
  }

  /** Ends every attempt at a replica that stands still; those that have sent nothing yet may go elsewhere. */
  stalled(id: ReplicaId, reason: string): void {
    for (const attempt of this.#byReplica.get(id) ?? []) {
      const retryable = !attempt.hasAnswered;
      attempt.breakOff(
        new GatewayError('engine_timeout', `Replica ${id} ${reason}.`, { retryable }),
      );
    }
  }
}
