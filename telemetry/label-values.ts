import assert from 'node:assert';

/** What stands for every value past a cap, and for values that nobody vouches for. */
export const OTHER = 'other';

/** Numbers that one label may give out: five of them make one exact key in `SeriesTable`. */
export const LABEL_VALUES_MAX = 1024;

/** Longest label value kept as it is; model paths of real deployments stay well below. */
export const LABEL_CHARACTERS_MAX = 200;

const OTHER_VALUE = 0;

const NO_VALUE = 1;

/**
 * The values of one label, each with a small number. At most `valuesMax` of them: a value that
 * comes later, or is too long, is told apart no more and reads `other`.
 */
export class LabelValues {
  readonly #ids = new Map([['', NO_VALUE]]);
  readonly #values = [OTHER, ''];
  readonly #valuesMax: number;

  /** `valuesMax` counts the values beside `other` and none; two less than `LABEL_VALUES_MAX` at most. */
  constructor(valuesMax: number) {
    assert(valuesMax + 2 <= LABEL_VALUES_MAX, `a label has at most ${LABEL_VALUES_MAX} numbers`);
    this.#valuesMax = valuesMax;
  }

  /** The number of a value, given out at its first call; that of `other` past the bounds. */
  idOf(value: string | undefined): number {
    return value === undefined ? NO_VALUE : (this.#ids.get(value) ?? this.#admit(value));
  }

  /** The number of a value that has one, else that of `other`: for values that a client may make up. */
  knownIdOf(value: string | undefined): number {
    return value === undefined ? NO_VALUE : (this.#ids.get(value) ?? OTHER_VALUE);
  }

  /** The value of a number that `idOf` gave. */
  valueOf(id: number): string {
    return this.#values[id] ?? OTHER;
  }

  #admit(value: string): number {
    const isFull = this.#values.length >= this.#valuesMax + 2;
    if (isFull || value === OTHER || value.length > LABEL_CHARACTERS_MAX) return OTHER_VALUE;
    const id = this.#values.push(value) - 1;
    this.#ids.set(value, id);
    return id;
  }
}
