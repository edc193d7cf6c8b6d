import { strict as assert } from 'node:assert';
import { mersenneFromState } from 'pure-rand/generator/mersenne';
import { skipN } from 'pure-rand/utils/skipN';

/** Words in the state of MT19937. */
const STATE_WORDS = 624;
/** Seed of the state that `init_by_array` mixes its key into (Matsumoto and Nishimura's reference code). */
const ARRAY_SEED = 19_650_218;

/**
 * Python's own `random`, bit for bit, as far as the reference benchmark uses it: seeded by an
 * integer, shuffling lists. It is apart from `NumpyRandom`, so shuffling never moves the lengths.
 */
export class PythonRandom {
  readonly #generator: ReturnType<typeof mersenneFromState>;

  /** `seed` is an integer from 0 to 2^32 - 1. */
  constructor(seed: number) {
    assert(Number.isInteger(seed) && seed >= 0 && seed <= 0xffff_ffff, `seed ${seed}`);
    this.#generator = mersenneFromState([0, ...stateFromKey(seed)]);
    // pure-rand keeps its state one twist ahead: each draw twists the word that it leaves.
    skipN(this.#generator, STATE_WORDS);
  }

  /** The next raw output, 0 to 2^32 - 1. */
  uint32(): number {
    return this.#generator.next() >>> 0;
  }

  /** `random.shuffle`, in place: Fisher-Yates from the end. */
  shuffle<T>(items: T[]): void {
    for (let last = items.length - 1; last > 0; last -= 1) {
      const chosen = this.#below(last + 1);
      const moved = items[last] as T;
      items[last] = items[chosen] as T;
      items[chosen] = moved;
    }
  }

  /** `_randbelow`: uniform on [0, limit), by rejection on the top bits. */
  #below(limit: number): number {
    const dropped = Math.clz32(limit);
    let drawn = this.uint32() >>> dropped;
    while (drawn >= limit) drawn = this.uint32() >>> dropped;
    return drawn;
  }
}

/** `init_genrand`: each word from the one before it. */
function plainState(seed: number): Uint32Array {
  const state = new Uint32Array(STATE_WORDS);
  state[0] = seed;
  for (let index = 1; index < STATE_WORDS; index += 1) {
    state[index] = Math.imul(1_812_433_253, spread(state, index - 1)) + index;
  }
  return state;
}

/** `init_by_array` with a key of one word, which is how Python seeds from a small integer. */
function stateFromKey(key: number): Uint32Array {
  const state = plainState(ARRAY_SEED);
  let index = 1;
  const advance = (): void => {
    index += 1;
    if (index < STATE_WORDS) return;
    state[0] = word(state, STATE_WORDS - 1);
    index = 1;
  };
  for (let step = 0; step < STATE_WORDS; step += 1) {
    const mixed = word(state, index) ^ Math.imul(spread(state, index - 1), 1_664_525);
    state[index] = mixed + key;
    advance();
  }
  for (let step = 1; step < STATE_WORDS; step += 1) {
    const mixed = word(state, index) ^ Math.imul(spread(state, index - 1), 1_566_083_941);
    state[index] = mixed - index;
    advance();
  }
  state[0] = 0x8000_0000;
  return state;
}

function spread(state: Uint32Array, index: number): number {
  const value = word(state, index);
  return value ^ (value >>> 30);
}

function word(state: Uint32Array, index: number): number {
  return state[index] ?? 0;
}
