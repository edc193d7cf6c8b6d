import assert from 'node:assert/strict';

/** Prompt and output length of one request. */
export interface Lengths {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** The published workload: 1000 prompts of up to 4096 tokens, up to 2048 tokens each in return. */
export function referenceLengths(): readonly Lengths[] {
  const random = mersenneTwister(1);
  const prompts = Array.from({ length: 1000 }, () => 1 + drawBelow(4096, random));
  const outputs = Array.from({ length: 1000 }, () => drawBelow(2049, random));
  return prompts.map((promptTokens, index) => {
    const outputTokens = outputs[index];
    assert(outputTokens !== undefined);
    return { promptTokens, outputTokens };
  });
}

/** A number from 0 up to `bound`: masked draws until one is small enough. */
function drawBelow(bound: number, random: () => number): number {
  const mask = 2 ** Math.ceil(Math.log2(bound)) - 1;
  for (;;) {
    const drawn = random() & mask;
    if (drawn < bound) return drawn;
  }
}

/** MT19937 by its paper, seeded by a plain integer: 32-bit numbers. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(624);
  state[0] = seed;
  for (let index = 1; index < 624; index += 1) {
    const before = at(state, index - 1);
    state[index] = Math.imul(1_812_433_253, before ^ (before >>> 30)) + index;
  }
  let used = 624;
  return () => {
    if (used === 624) {
      twist(state);
      used = 0;
    }
    let word = at(state, used);
    used += 1;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c_5680;
    word ^= (word << 15) & 0xefc6_0000;
    return (word ^ (word >>> 18)) >>> 0;
  };
}

function twist(state: Uint32Array): void {
  for (let index = 0; index < 624; index += 1) {
    const joined = (at(state, index) & 0x8000_0000) | (at(state, index + 1) & 0x7fff_ffff);
    const odd = (joined & 1) === 1 ? 0x9908_b0df : 0;
    state[index] = at(state, index + 397) ^ (joined >>> 1) ^ odd;
  }
}

function at(state: Uint32Array, index: number): number {
  return state[index % 624] ?? 0;
}
