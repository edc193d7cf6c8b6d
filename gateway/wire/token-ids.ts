const DIGIT_ZERO = 0x30;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const SPACE = 0x20;

/** Ids that a list has room for at first: a short answer. */
const ROOM_FIRST = 64;

/** A list of token ids that grows; four bytes each. */
export class TokenIds {
  #ids = new Int32Array(ROOM_FIRST);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /**
   * Adds the ids of the JSON list whose first id stands at `start` of `text`; gives where its bracket closes, or -1 for
   * what is no list of ids, of which nothing is kept.
   */
  read(text: string, start: number): number {
    const before = this.#length;
    let id = -1;
    for (let at = start; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      const digit = code - DIGIT_ZERO;
      if (digit >= 0 && digit <= 9) {
        id = Math.max(id, 0) * 10 + digit;
        continue;
      }
      if (code === SPACE) continue;
      if (id !== -1) this.#push(id);
      id = -1;
      if (code === CLOSE_BRACKET) return at;
      if (code !== COMMA) break;
    }
    this.#length = before;
    return -1;
  }

  /** Forgets all but the first `length` ids. */
  cutTo(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** The ids, first one first. */
  toArray(): number[] {
    return [...this.#ids.subarray(0, this.#length)];
  }

  #push(id: number): void {
    if (this.#length === this.#ids.length) {
      const grown = new Int32Array(2 * this.#length);
      grown.set(this.#ids);
      this.#ids = grown;
    }
    this.#ids[this.#length] = id;
    this.#length += 1;
  }
}
