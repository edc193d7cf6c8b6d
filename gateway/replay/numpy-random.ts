import { strict as assert } from 'node:assert';
import { mersenne } from 'pure-rand/generator/mersenne';

/** Largest seed that NumPy's legacy `RandomState` takes: 32 bits. */
export const NUMPY_SEED_MAX = 0xffff_ffff;

/**
 * NumPy's legacy `RandomState`, bit for bit: the generator behind every length, offset and gap of
 * the reference benchmark. Drawing from it advances it, so the order of draws is part of a workload.
 */
export class NumpyRandom {
  readonly #generator: ReturnType<typeof mersenne>;

  /** `seed` is an integer from 0 to `NUMPY_SEED_MAX`. */
  constructor(seed: number) {
    assert(Number.isInteger(seed) && seed >= 0 && seed <= NUMPY_SEED_MAX, `seed ${seed}`);
    this.#generator = mersenne(seed);
  }

  /** The next raw output, 0 to 2^32 - 1. */
  uint32(): number {
    return this.#generator.next() >>> 0;
  }

  /** `randint`: uniform on [low, high), by masked rejection. Draws nothing when only `low` is left. */
  integer(low: number, high: number): number {
    const range = high - low - 1;
    assert(range >= 0 && range <= 0xffff_ffff, `range [${low}, ${high})`);
    if (range === 0) return low;
    const mask = 0xffff_ffff >>> Math.clz32(range);
    let drawn = (this.uint32() & mask) >>> 0;
    while (drawn > range) drawn = (this.uint32() & mask) >>> 0;
    return low + drawn;
  }

  /** `random_sample`: uniform on [0, 1) with 53 bits, from two outputs. */
  double(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** `exponential(scale)`: a waiting time with that mean, in the unit of `scale`. */
  exponential(scale: number): number {
    return -Math.log(1 - this.double()) * scale;
  }
}
