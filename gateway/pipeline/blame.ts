import type { ReplicaId } from '../../routing/replica.ts';
import type { AttemptEnd } from './attempt.ts';
import type { PipelineParts } from './parts.ts';

/** An attempt as it is told of: where it was made, and when it began. */
interface Attempted {
  readonly replica: ReplicaId;
  readonly sentMs: number;
}

/**
 * Tells of each attempt of one request what it says of its replica. An answer of 500 counts at once, so that a broken
 * replica is out soon; a second one of another replica shows that the request is at fault, and neither counts.
 */
export class Blame {
  readonly #parts: Pick<PipelineParts, 'attempted' | 'excused'>;
  #before: Attempted | undefined;

  constructor(parts: Pick<PipelineParts, 'attempted' | 'excused'>) {
    this.#parts = parts;
  }

  /** Takes in how an attempt ended. */
  attempted(end: AttemptEnd, attempt: Attempted): void {
    const isError = end.kind === 'refused' && end.refusal.status === 500;
    const before = this.#before;
    if (!isError || before === undefined) {
      this.#parts.attempted(attempt.replica, end, attempt.sentMs);
    } else {
      for (const { replica, sentMs } of [before, attempt]) this.#parts.excused(replica, sentMs);
    }
    this.#before = isError ? attempt : undefined;
  }
}
