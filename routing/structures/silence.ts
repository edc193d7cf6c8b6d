/** What one look at a replica's open requests shows. */
export interface Pulse {
  /** Requests that would be answered if it worked; those that the gateway itself has paused are none. */
  readonly listening: number;
  /** A count that grows with every token and every computed prompt. */
  readonly progress: number;
  /** Milliseconds that it may well say nothing: the prefills that it has been sent, and a step. */
  readonly predictedMs: number;
  /** Prompt tokens that it has been sent and has not computed. */
  readonly prefillTokens: number;
}

/** What to think of a replica after a look. */
export type Finding =
  /** It goes on, or has nothing to do. */
  | 'moving'
  /** It says nothing, for no longer than may be. */
  | 'waiting'
  /** It has been silent for long enough to be asked whether it is there. */
  | 'ask'
  /** It says nothing to its requests, nor to a question of its own. */
  | 'stalled';

/** Milliseconds from one look to the next. */
export const LOOK_MS = 250;

/** Silence, counted at looks, after which it is asked: some twenty decode steps of a large model. */
const ASK_MS_MIN = 500;

/** The same as a multiple of what is predicted: a fit may be wrong by half. */
const ASK_FACTOR = 1.5;

/** Silence after which it is stalled: well below what people wait for before they try again. */
const STALL_MS_MIN = 2_000;
const STALL_FACTOR = 2.5;

/** A question is a prompt of one token and one token of answer. */
const ANSWER_MS_MIN = 1_000;

/** Who was silent for so long and went on by itself may be so again: three times as long is no stall yet. */
const LONGEST_FACTOR = 3;

/** Busy time after which the longest silence counts for 1/e: so many times itself, and so long at least. */
const LONGEST_MEMORY_FACTOR = 20;
const LONGEST_MEMORY_MS_MIN = 20_000;

/** Looks with progress after which its speed is known. */
const MOVES_MIN = 4;

/** What is not known to be fast may load weights, compile kernels or run on a CPU, at 100 prompt tokens a second. */
const UNPROVEN_MS = 60_000;
const UNPROVEN_MS_PER_PROMPT_TOKEN = 10;

/** Longest silence of one that cannot be asked: above what any published gap of a healthy fleet predicts wrongly. */
const UNASKABLE_MS = 30_000;

/** Questions that double the time to the next one. */
const DOUBLINGS_MAX = 6;

/**
 * How long a replica has been silent on all its requests, and what that means. One request's gap is no failure, and
 * neither is silence alone: a stall is silence that outlasts the prediction and a question that is not answered.
 * Time in which nobody looked, since the gateway itself stood still, is no silence.
 */
export class Silence {
  #progress = 0;
  #moves = 0;
  #silentMs = 0;
  /** Longest silence that it ended by itself, fading. */
  #longestMs = 0;
  #lookedMs = -Infinity;
  /** Silence when the open question was asked. */
  #askedAt: number | undefined;
  /** Questions answered since it last moved. */
  #answers = 0;
  /** Questions put off since it was last heard. */
  #postponements = 0;
  #isAskable = true;

  /** True while it owes an answer: more requests had better go elsewhere. */
  get isQuiet(): boolean {
    return this.#askedAt !== undefined;
  }

  /** Milliseconds that it has been silent, as far as looks were taken. */
  get silentMs(): number {
    return this.#silentMs;
  }

  /** Looks once. After `ask` it has to be asked, and the answer told. */
  look(pulse: Pulse, nowMs: number): Finding {
    const passedMs = Math.min(nowMs - this.#lookedMs, 2 * LOOK_MS);
    this.#lookedMs = nowMs;
    if (this.#hasMoved(pulse)) return 'moving';
    this.#silentMs += passedMs;
    if (this.#silentMs >= this.#stallMs(pulse) && this.#hasHadTime()) return 'stalled';
    if (this.#askedAt !== undefined || !this.#isToBeAsked(pulse)) return 'waiting';
    this.#askedAt = this.#silentMs;
    return 'ask';
  }

  /** The question was answered with a token: its requests take as long as they take. */
  answered(): void {
    if (this.#askedAt === undefined) return;
    this.#answers += 1;
    this.#hear();
  }

  /** The question cannot be asked of this replica, so its answers tell nothing. */
  unanswerable(): void {
    this.#isAskable = false;
    this.#askedAt = undefined;
  }

  /** The question was not taken at the moment, which says nothing either way: it is asked again after twice the silence. */
  postponed(): void {
    if (this.#askedAt === undefined) return;
    this.#postponements += 1;
    this.#askedAt = undefined;
  }

  /** Another process stands in its place, of which nothing is known. */
  restarted(): void {
    this.#moves = 0;
    this.#answers = 0;
    this.#longestMs = 0;
    this.#isAskable = true;
    this.#hear();
  }

  #hasMoved({ listening, progress }: Pulse): boolean {
    const isFurther = progress !== this.#progress;
    if (!isFurther && listening > 0) return false;
    if (isFurther) this.#learn();
    this.#progress = progress;
    this.#answers = 0;
    this.#hear();
    return true;
  }

  /** A fit is far off where it has seen little, and knows nothing of prompts that are computed twice. */
  #learn(): void {
    this.#moves += 1;
    const memoryMs = Math.max(LONGEST_MEMORY_FACTOR * this.#longestMs, LONGEST_MEMORY_MS_MIN);
    this.#longestMs = Math.max((1 - LOOK_MS / memoryMs) * this.#longestMs, this.#silentMs);
  }

  #hear(): void {
    this.#silentMs = 0;
    this.#askedAt = undefined;
    this.#postponements = 0;
  }

  get #isProven(): boolean {
    return this.#moves >= MOVES_MIN;
  }

  #isToBeAsked({ predictedMs }: Pulse): boolean {
    if (!this.#isProven || !this.#isAskable) return false;
    const doublings = Math.min(this.#answers + this.#postponements, DOUBLINGS_MAX);
    const usualMs = Math.max(ASK_FACTOR * predictedMs, this.#longestMs);
    return this.#silentMs >= Math.max(ASK_MS_MIN, usualMs) * 2 ** doublings;
  }

  #stallMs({ predictedMs, prefillTokens }: Pulse): number {
    const usualMs = Math.max(STALL_FACTOR * predictedMs, LONGEST_FACTOR * this.#longestMs);
    if (!this.#isProven) {
      return Math.max(UNPROVEN_MS + UNPROVEN_MS_PER_PROMPT_TOKEN * prefillTokens, usualMs);
    }
    return Math.max(this.#isAskable ? STALL_MS_MIN : UNASKABLE_MS, usualMs);
  }

  /** Whoever can be asked is given the time for an answer, and who only puts it off as long as one that cannot be asked. */
  #hasHadTime(): boolean {
    if (!this.#isProven || !this.#isAskable) return true;
    if (this.#postponements > 0 && this.#silentMs >= UNASKABLE_MS) return true;
    return this.#askedAt !== undefined && this.#silentMs - this.#askedAt >= ANSWER_MS_MIN;
  }
}
