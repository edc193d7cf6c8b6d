import { hashName } from '../content-hash.ts';
import type { PromptPlan } from '../prompt.ts';

/**
 * One chained hash, 52 bits, for each full block of a prompt, without making its words: two prompts
 * have equal hashes as far as they are made of the same stretches. Recorded texts and token ids
 * share nothing and have none.
 */
export function promptBlockHashes(plan: PromptPlan, blockTokens: number): readonly number[] {
  if (plan.kind !== 'words') return [];
  const chain = new HashChain();
  const hashes: number[] = [];
  let position = 0;
  for (const { content, tokens } of plan.segments) {
    const name = hashName(content);
    for (let offset = 0; offset < tokens;) {
      // Up to the end of the stretch or of the block, whichever comes first.
      const taken = Math.min(tokens - offset, blockTokens - (position % blockTokens));
      chain.extend(name);
      chain.extend(offset);
      chain.extend(taken);
      offset += taken;
      position += taken;
      if (position % blockTokens === 0) hashes.push(chain.value());
    }
  }
  return hashes;
}

/** Two 32-bit lanes, since one would take different blocks for equal in a large workload. */
class HashChain {
  #one = 0x9e37_79b9;
  #other = 0x85eb_ca6b;

  extend(value: number): void {
    this.#one = mix(this.#one ^ value, 0x2c1b_3c6d);
    this.#other = mix(this.#other + value, 0x297a_2d39);
  }

  value(): number {
    return (this.#one >>> 0) * 2 ** 20 + (this.#other >>> 12);
  }
}

/** A step of xor-shift and multiplication, as in MurmurHash3's finisher. */
function mix(value: number, factor: number): number {
  const spread = Math.imul(value ^ (value >>> 15), factor);
  return spread ^ (spread >>> 13);
}
