/** Where every chain starts: the 32-bit FNV offset, any odd constant would do. */
const CHAIN_START = 0x811c_9dc5;

/** A chain that has seen nothing. Sibling choices of one prompt start apart, so that they answer apart. */
export function startChain(choice: number): number {
  return choice === 0 ? CHAIN_START : extendChain(CHAIN_START, choice);
}

/** Folds one 32-bit value into a chain by a round of murmur3: order counts, and so does every value before. */
export function extendChain(chain: number, value: number): number {
  let mixed = Math.imul(value, 0xcc9e_2d51);
  mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b87_3593) ^ chain;
  mixed = (mixed << 13) | (mixed >>> 19);
  return (Math.imul(mixed, 5) + 0xe654_6b64) | 0;
}

/** Draws 32 unsigned bits from a chain, each of which depends on all of it (murmur3's finish). */
export function drawFromChain(chain: number): number {
  let mixed = Math.imul(chain ^ (chain >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** The chain after all of `values`. */
export function chainOf(values: Iterable<number>, choice: number): number {
  let chain = startChain(choice);
  for (const value of values) chain = extendChain(chain, value);
  return chain;
}

/** One step of 32-bit FNV-1a over a character code. */
export function hashCharacter(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x0100_0193);
}

/** 32-bit FNV-1a of a text's UTF-16 codes, unsigned. */
export function hashText(text: string): number {
  let hash = CHAIN_START;
  for (let index = 0; index < text.length; index += 1) {
    hash = hashCharacter(hash, text.charCodeAt(index));
  }
  return hash >>> 0;
}
