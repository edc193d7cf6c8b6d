/** Text on both sides of a seam, as the first replica made it. */
export interface TextBefore {
  /** Text that the client has. */
  readonly shown: string;
  /** Text behind it that was made and not shown. */
  readonly withheld: string;
}

/** What came of a piece of text at a seam. */
export interface SeamPiece {
  /** Text that may be shown. */
  readonly text: string;
  /** The stop that ended the answer, if one did; nothing after it is shown. */
  readonly stop: string | undefined;
}

/**
 * Looks for stops that begin before a seam and end behind it, which neither of the two engines can see. What might be the
 * beginning of one is held back until that is known.
 */
export class SeamText {
  readonly #stops: readonly string[];
  /** The text that a stop may still begin in, and all behind it. */
  #text: string;
  /** Characters of `#text` that the client has. */
  #shown: number;
  /** Characters of `#text` that the first engine made: a stop that begins behind them is for the second to find. */
  #own: number;

  constructor(stops: readonly string[], { shown, withheld }: TextBefore) {
    const reach = Math.max(...stops.map((stop) => stop.length)) - 1;
    this.#stops = stops;
    this.#text = shown.slice(Math.max(shown.length - reach, 0)) + withheld;
    this.#shown = this.#text.length - withheld.length;
    this.#own = this.#text.length;
  }

  /**
   * Takes the next text. The last one is followed by the stop that the second engine found and did not show, if one did: a
   * stop that begins before the seam may end in that.
   */
  take(text: string, isLast: boolean, unshown = ''): SeamPiece {
    this.#text += text;
    const found = this.#firstStop(unshown);
    if (found !== undefined) return { text: this.#release(found.at), stop: found.stop };
    return { text: this.#release(isLast ? this.#text.length : this.#safe()), stop: undefined };
  }

  /** Gives what the client has not had of the first `length` characters, and forgets them. */
  #release(length: number): string {
    const text = this.#text.slice(this.#shown, length);
    this.#text = this.#text.slice(length);
    this.#shown = Math.max(this.#shown - length, 0);
    this.#own = Math.max(this.#own - length, 0);
    return text;
  }

  /** The stop that is complete first, of equals the one that is named first, where it begins in the first engine's text. */
  #firstStop(unshown: string): { readonly at: number; readonly stop: string } | undefined {
    const text = this.#text + unshown;
    const [first] = this.#stops
      .map((stop) => ({ stop, at: text.indexOf(stop) }))
      .filter(({ at }) => at !== -1)
      .toSorted((one, other) => one.at + one.stop.length - other.at - other.stop.length);
    return first !== undefined && first.at < this.#own ? first : undefined;
  }

  /** Characters up to the first one at which a stop may begin that is not all there. */
  #safe(): number {
    for (let at = 0; at < this.#own; at += 1) {
      const rest = this.#text.slice(at);
      if (this.#stops.some((stop) => stop.startsWith(rest))) return at;
    }
    return this.#text.length;
  }
}
