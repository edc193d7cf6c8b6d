/** What a mark is told through. */
export interface GpuMarkParts {
  readonly say: (level: 'info' | 'warn', fields: object, message: string) => void;
  /** The mark was set or taken away. */
  readonly changed: (event: 'sickened' | 'recovered') => void;
}

/** Keeps a replica out while one of its GPUs is sick, unless it is needed. */
export class GpuMark {
  readonly #parts: GpuMarkParts;
  #reason: string | undefined;
  /** What was found when it was said that the replica goes on all the same. */
  #borne: string | undefined;

  constructor(parts: GpuMarkParts) {
    this.#parts = parts;
  }

  /** Why it is out, in words that end a sentence; `undefined` where it is not. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Told again and again what its GPUs have, `undefined` where they are well. Who may not leave goes on. */
  judge(reason: string | undefined, mayLeave: boolean): void {
    if (reason === undefined) this.#clear();
    else if (mayLeave) this.#set(reason);
    else this.#bear(reason);
  }

  /** So few others serve that one with a sick GPU is better than none. */
  pardon(): void {
    if (this.#reason !== undefined) this.#bear(this.#reason);
  }

  #set(reason: string): void {
    const before = this.#reason;
    this.#reason = reason;
    this.#borne = undefined;
    if (reason === before) return;
    this.#parts.say('warn', { reason }, 'replica is drained: its GPU is sick');
    if (before === undefined) this.#parts.changed('sickened');
  }

  #clear(): void {
    this.#borne = undefined;
    if (this.#reason === undefined) return;
    this.#reason = undefined;
    this.#parts.say('info', {}, 'replica is no longer drained: its GPUs are well');
    this.#parts.changed('recovered');
  }

  #bear(reason: string): void {
    const isTold = this.#borne !== undefined;
    this.#borne = reason;
    const wasOut = this.#reason !== undefined;
    this.#reason = undefined;
    if (!isTold) {
      this.#parts.say('warn', { reason }, 'replica goes on with a sick GPU: too few others serve');
    }
    if (wasOut) this.#parts.changed('recovered');
  }
}
