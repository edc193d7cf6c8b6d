import { extendChain, startChain } from './hash-chain.ts';

/** Starts the second half of a hash apart from the first. */
const SECOND_CHAIN = 1;

/** Bits of the second half that still fit a double beside the 32 of the first. */
const SECOND_BITS = 20;

/**
 * One chained hash, 52 bits, for each full block of `blockTokens` ids, first block first. Equal prefixes have equal
 * hashes; what comes after the last full block has none.
 */
export function hashBlocks(ids: readonly number[], blockTokens: number): number[] {
  const hashes: number[] = [];
  let first = startChain(0);
  let second = startChain(SECOND_CHAIN);
  for (let index = 0; index < ids.length; index += 1) {
    const id = ids[index] ?? 0;
    first = extendChain(first, id);
    second = extendChain(second, id);
    if ((index + 1) % blockTokens === 0) {
      hashes.push((first >>> 0) * 2 ** SECOND_BITS + (second >>> (32 - SECOND_BITS)));
    }
  }
  return hashes;
}
