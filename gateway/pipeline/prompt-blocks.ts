import xxhash from 'xxhash-wasm';

import type { RoutingRequest } from '../../routing/request.ts';
import type { GenerateRequest } from '../generation/request.ts';

/** Bytes of prompt in one block: some 128 tokens of text, a few KV blocks of any engine. */
export const PROMPT_BLOCK_BYTES = 512;

/** Blocks of one prompt that are hashed: its first half megabyte. */
export const PROMPT_BLOCKS_MAX = 1024;

/** Whose prompt it is: the same bytes are other KV to another model. */
export interface PromptOwner {
  readonly model: string;
  readonly promptTokens: number;
}

const hasher = await xxhash();

/**
 * A prompt by its blocks of bytes, each with a hash of itself and all before it, 52 bits: two prompts share
 * their first hashes as far as their bytes are the same. Costs 20 µs for a prompt of 64 KB.
 */
export function promptBlocks(
  { body, promptMembers }: GenerateRequest,
  { model, promptTokens }: PromptOwner,
): Pick<RoutingRequest, 'blockHashes' | 'blockTokens'> {
  const prompt = promptMembers.at(-1);
  const promptBytes = prompt === undefined ? 0 : prompt.valueEnd - prompt.valueStart;
  if (prompt === undefined || promptBytes < PROMPT_BLOCK_BYTES) return NO_BLOCKS;
  let one = hasher.h32(model, SEED);
  for (const { valueStart, valueEnd } of promptMembers.slice(0, -1)) {
    one = hasher.h32Raw(body.subarray(valueStart, valueEnd), one);
  }
  let other = ~one >>> 0;
  const count = Math.min(Math.floor(promptBytes / PROMPT_BLOCK_BYTES), PROMPT_BLOCKS_MAX);
  const blockHashes: number[] = [];
  for (let start = prompt.valueStart; blockHashes.length < count; start += PROMPT_BLOCK_BYTES) {
    const hash = hasher.h32Raw(body.subarray(start, start + PROMPT_BLOCK_BYTES), one);
    other = mix(other, hash);
    one = mix(hash, one);
    blockHashes.push(one * 2 ** 20 + (other >>> 12));
  }
  return { blockHashes, blockTokens: (promptTokens * PROMPT_BLOCK_BYTES) / promptBytes };
}

const SEED = 0x9e37_79b9;

const NO_BLOCKS = { blockHashes: [], blockTokens: 0 } as const;

/** Two lanes of 32 bits, since one would take different prompts for equal in a large index. */
function mix(lane: number, hash: number): number {
  const spread = Math.imul(lane ^ (lane >>> 15) ^ hash, 0x2c1b_3c6d);
  return (spread ^ (spread >>> 13)) >>> 0;
}
