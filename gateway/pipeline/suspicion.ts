import type { ReplicaId } from '../../routing/replica.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engines/engine.ts';
import type { AttemptEnd } from './attempt.ts';
import type { Breakages } from './breakages.ts';

/**
 * Tokens of an attempt that clear a request of what happened to it before. What kills an engine kills it in the
 * prefill, or again at the token at which it did so before: a request that gets on is a bystander.
 */
export const CLEARING_TOKENS = 8;

/** What a suspicion is judged by. */
export interface SuspicionParts {
  readonly clock: Clock;
  readonly breakages: Breakages;
  readonly engineOf: (id: ReplicaId) => Engine | undefined;
}

/** A replica that may have died under the request. */
interface Death {
  readonly replica: ReplicaId;
  readonly seenAtOnce: Promise<boolean>;
}

/** Whether one request kills the replicas that it is sent to. Two in a row are enough to stop, and to look at them. */
export class Suspicion {
  readonly #requestId: string;
  readonly #parts: SuspicionParts;
  #deaths: Death[] = [];

  constructor(requestId: string, parts: SuspicionParts) {
    this.#requestId = requestId;
    this.#parts = parts;
  }

  /** Two replicas in a row broke off, the later one before the request got on: it must not be sent to a third. */
  get isStrong(): boolean {
    return this.#deaths.length > 1;
  }

  /** Replicas that it is suspected of. */
  get replicas(): readonly ReplicaId[] {
    return this.#deaths.map(({ replica }) => replica);
  }

  /** Takes in how an attempt ended that had made `outputTokens`. */
  note(replica: ReplicaId, end: AttemptEnd, outputTokens: number): void {
    if (outputTokens >= CLEARING_TOKENS) this.#deaths = [];
    if (!mayBeDeath(end)) return;
    const { breakages, clock } = this.#parts;
    // An engine that answers everybody 500 lives; what it answers shows nothing of who is to blame.
    if (end.kind === 'failed') breakages.note(replica, this.#requestId, clock.nowMs());
    this.#deaths.push({ replica, seenAtOnce: this.#isDead(replica) });
  }

  /** Whether all of them did die: others broke there too, or nobody listens. A supervisor may have started one again. */
  async isProven(): Promise<boolean> {
    const verdicts = this.#deaths.map(
      async ({ replica, seenAtOnce }) => (await seenAtOnce) || (await this.#isDead(replica)),
    );
    return (await Promise.all(verdicts)).every(Boolean);
  }

  async #isDead(replica: ReplicaId): Promise<boolean> {
    const { breakages, clock, engineOf } = this.#parts;
    const listens = (await engineOf(replica)?.listens()) ?? false;
    return !listens || breakages.metOthers(replica, this.#requestId, clock.nowMs());
  }
}

/** Statuses of an engine whose process behind the port is gone; 503 is one that is full. */
const GONE_STATUSES: ReadonlySet<number> = new Set([500, 502]);

/** A replica that could not be reached was sent nothing that could kill it. */
function mayBeDeath(end: AttemptEnd): boolean {
  if (end.kind === 'refused') return GONE_STATUSES.has(end.refusal.status);
  return end.kind === 'failed' && end.error.code === 'engine_failed';
}
