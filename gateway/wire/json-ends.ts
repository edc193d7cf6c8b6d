const CLOSERS: ReadonlyMap<number, number> = new Map([
  [0x7b, 0x7d],
  [0x5b, 0x5d],
]);

/**
 * Tells garbage and cut text from a JSON object or list by its first and its last byte, since checking
 * megabytes of an answer would cost more than passing them on.
 */
export class JsonEnds {
  #open: number | undefined;
  #last: number | undefined;

  /** Looks at the next bytes; false once the text can be neither an object nor a list. */
  read(chunk: Buffer): boolean {
    this.#open ??= chunk.find(isInk);
    this.#last = chunk.findLast(isInk) ?? this.#last;
    return this.#open === undefined || CLOSERS.has(this.#open);
  }

  /** True where the text that was read ends as it began. */
  get isClosed(): boolean {
    return this.#last !== undefined && CLOSERS.get(this.#open ?? 0) === this.#last;
  }
}

function isInk(byte: number): boolean {
  return byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09;
}
