import { DrainRate } from './drain-rate.ts';
import { KeptRoom } from './kept-room.ts';
import { FairQueue, type Charge, type FairTerms } from './fair-queue.ts';
import { StreamPace } from './stream-pace.ts';

/** What a lane goes by. */
export interface LaneTerms extends FairTerms {
  /** Higher is served earlier. */
  readonly priority: number;
  readonly enteredMs: number;
}

/** Of so many tokens that pass over a lower priority, it is owed one. */
const TOKENS_FOR_ONE_OWED = 16;

interface PriorityClass<T extends LaneTerms> {
  readonly priority: number;
  readonly queue: FairQueue<T>;
}

/**
 * Those whom the same replicas can serve: by priority, and fair between tenants within one. Higher goes
 * first, but a sixteenth of what it is served is owed to those below, and once that pays for the one of
 * them that is next and came first, it has its turn: a request of T tokens is passed over by no more
 * than 16 T tokens of higher priority for each that is due before it.
 */
export class Lane<T extends LaneTerms> {
  readonly #classes: PriorityClass<T>[] = [];
  readonly #drainRate: DrainRate = new DrainRate();
  readonly #kept: KeptRoom = new KeptRoom();
  /** How fast its streams go on. */
  readonly pace: StreamPace = new StreamPace();
  #size = 0;
  #owedTokens = 0;

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** True while nobody waits and all that was served is settled. */
  get isIdle(): boolean {
    return this.#classes.every(({ queue }) => queue.isIdle);
  }

  /** Tokens of those who wait. */
  get waitingTokens(): number {
    return this.#classes.reduce((sum, { queue }) => sum + queue.waitingTokens, 0);
  }

  /** Who is next. */
  get first(): T | undefined {
    return this.#owedTurn() ?? this.#topClass()?.queue.first;
  }

  /** Lets one wait that does not yet. */
  add(one: T, nowMs: number): void {
    if (this.#size === 0) this.#drainRate.resume(nowMs);
    this.#size += 1;
    this.#queueOf(one.priority).add(one);
  }

  /** Gives one who waits another place among those of its tenant and priority. */
  reorder(one: T, change: () => void): void {
    this.#queueOf(one.priority).reorder(one, change);
  }

  /** Takes one out who goes away unserved; false when it did not wait. */
  remove(one: T, nowMs: number): boolean {
    if (!this.#queueOf(one.priority).remove(one)) return false;
    this.#gone(nowMs);
    return true;
  }

  /** Takes one who waits out to be served, and charges its tenant. */
  serve(one: T, nowMs: number): Charge {
    this.#noteDebt(one);
    this.#kept.note(one.priority, one.tokens, nowMs);
    this.#drainRate.note(nowMs, one.tokens);
    const charge = this.#queueOf(one.priority).serve(one);
    this.#gone(nowMs);
    return charge;
  }

  /** Charges the tenant of one who need not wait. */
  charge(one: LaneTerms): Charge {
    this.#kept.note(one.priority, one.tokens, one.enteredMs);
    return this.#queueOf(one.priority).charge(one);
  }

  /** KV tokens that one of a priority leaves free for those of higher ones who may come. */
  keptTokens(priority: number, nowMs: number): number {
    return this.#kept.tokensFor(priority, nowMs);
  }

  /** Everyone in the order in which they would be served. The lane must not change meanwhile. */
  *inOrder(): Generator<T> {
    const owed = this.#owedTurn();
    if (owed !== undefined) yield owed;
    for (const { queue } of this.#classes) {
      for (const one of queue.inOrder()) if (one !== owed) yield one;
    }
  }

  /** Tokens that are served before one that waits, if nobody else comes. */
  tokensBefore(one: T): number {
    let tokens = 0;
    for (const { priority, queue } of this.#classes) {
      if (priority > one.priority) tokens += queue.waitingTokens;
      else if (priority === one.priority) tokens += queue.tokensBefore(one);
    }
    return tokens;
  }

  /** Milliseconds until so many tokens of those who wait are served; `undefined` while no pace is known. */
  msToDrain(tokens: number, nowMs: number): number | undefined {
    return this.#drainRate.msToDrain(tokens, nowMs);
  }

  #gone(nowMs: number): void {
    this.#size -= 1;
    if (this.#size === 0) this.#drainRate.pause(nowMs);
  }

  /** Before one leaves to be served: higher ones that others wait below owe them, lower ones use it up. */
  #noteDebt(one: T): void {
    const eldest = this.#eldestBelow();
    if (eldest === undefined) {
      this.#owedTokens = 0;
    } else if (one.priority < (this.#topClass()?.priority ?? one.priority)) {
      this.#owedTokens = Math.max(this.#owedTokens - one.tokens, 0);
    } else {
      // No more than one turn is owed: who has no room when it comes would else be owed a burst.
      const owed = this.#owedTokens + one.tokens / TOKENS_FOR_ONE_OWED;
      this.#owedTokens = Math.min(owed, Math.max(eldest.tokens, this.#owedTokens));
    }
  }

  /** Whose turn what is owed pays for. */
  #owedTurn(): T | undefined {
    if (this.#owedTokens === 0) return undefined;
    const eldest = this.#eldestBelow();
    return eldest !== undefined && eldest.tokens <= this.#owedTokens ? eldest : undefined;
  }

  /** Who came first of those that are next in a class below the highest. */
  #eldestBelow(): T | undefined {
    const top = this.#topClass()?.queue;
    let eldest: T | undefined;
    for (const { queue } of this.#classes) {
      const { first } = queue;
      if (queue === top || first === undefined) continue;
      if (eldest === undefined || first.enteredMs < eldest.enteredMs) eldest = first;
    }
    return eldest;
  }

  #topClass(): PriorityClass<T> | undefined {
    return this.#classes.find(({ queue }) => queue.size > 0);
  }

  #queueOf(priority: number): FairQueue<T> {
    const place = this.#classes.findIndex((one) => one.priority <= priority);
    const found = this.#classes[place];
    if (found?.priority === priority) return found.queue;
    const queue = new FairQueue<T>();
    this.#classes.splice(place === -1 ? this.#classes.length : place, 0, { priority, queue });
    return queue;
  }
}
