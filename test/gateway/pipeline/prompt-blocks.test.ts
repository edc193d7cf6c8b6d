import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openAiCompletions } from '../../../gateway/dialects/openai-completions.ts';
import { sglangGenerate } from '../../../gateway/dialects/sglang-generate.ts';
import {
  PROMPT_BLOCK_BYTES,
  PROMPT_BLOCKS_MAX,
  promptBlocks,
} from '../../../gateway/pipeline/prompt-blocks.ts';
import { decoded } from '../../support/exchange.ts';

const owner = { model: 'llama', promptTokens: 1000 };

interface Turn {
  readonly role: string;
  readonly content: string;
}

const system: Turn = { role: 'system', content: 'You are terse. '.repeat(100) };
const question: Turn = { role: 'user', content: 'Why? '.repeat(200) };

function hashesOf(
  messages: readonly Turn[],
  more: object = {},
  model = 'llama',
): readonly number[] {
  const request = decoded({ model: 'llama', messages, ...more });
  return promptBlocks(request, { ...owner, model }).blockHashes;
}

function completion(prompt: unknown): readonly number[] {
  const request = decoded({ model: 'llama', prompt }, openAiCompletions, '/v1/completions');
  return promptBlocks(request, owner).blockHashes;
}

function shared(one: readonly number[], other: readonly number[]): number {
  const differs = one.findIndex((hash, index) => hash !== other[index]);
  return differs === -1 ? one.length : differs;
}

describe('the blocks of a prompt', () => {
  it('are as many as it has full ones', () => {
    const ofBytes = (bytes: number): number => completion('x'.repeat(bytes - 2)).length;

    expect(ofBytes(PROMPT_BLOCK_BYTES - 1)).toBe(0);
    expect(ofBytes(PROMPT_BLOCK_BYTES)).toBe(1);
    expect(ofBytes(2 * PROMPT_BLOCK_BYTES - 1)).toBe(1);
    expect(ofBytes(2 * PROMPT_BLOCK_BYTES)).toBe(2);
  });

  it('are no more than those of the first half megabyte', () => {
    expect(completion('x'.repeat((PROMPT_BLOCKS_MAX + 1) * PROMPT_BLOCK_BYTES))).toHaveLength(
      PROMPT_BLOCKS_MAX,
    );
  });

  it('stand for as many tokens as the prompt has, share by share', () => {
    const prompt = 'x'.repeat(4 * PROMPT_BLOCK_BYTES - 2);
    const request = decoded({ model: 'llama', prompt }, openAiCompletions, '/v1/completions');

    expect(promptBlocks(request, owner).blockTokens).toBe(250);
  });

  it('are the same for the turns that two chats share, and for a chat that goes on', () => {
    const first = [system, question];
    const next = [...first, { role: 'assistant', content: 'So.' }, question];
    const other = [system, { role: 'user', content: 'How? '.repeat(200) }];
    const sharedBytes = (turns: readonly Turn[]): number =>
      shared([...Buffer.from(JSON.stringify(first))], [...Buffer.from(JSON.stringify(turns))]);

    for (const turns of [next, other]) {
      expect(shared(hashesOf(first), hashesOf(turns))).toBe(Math.floor(sharedBytes(turns) / 512));
    }
    expect(hashesOf(next).length).toBeGreaterThan(hashesOf(first).length);
  });

  it('differ from the first where model or tools differ', () => {
    const tools = [{ type: 'function', function: { name: 'look_up' } }];
    const plain = hashesOf([system]);

    expect(shared(plain, hashesOf([system], {}, 'qwen'))).toBe(0);
    expect(shared(plain, hashesOf([system], { tools }))).toBe(0);
    expect(hashesOf([system], { tools })).toEqual(hashesOf([system], { tools }));
  });

  it('do not depend on what is asked beside the prompt', () => {
    expect(hashesOf([system], { temperature: 0.3, max_tokens: 7, stream: true })).toEqual(
      hashesOf([system]),
    );
  });

  it('are read from token ids too', () => {
    const ids = Array.from({ length: 500 }, (_, index) => 1000 + index);
    const generate = decoded({ input_ids: ids }, sglangGenerate, '/generate');

    expect(completion(ids)).toHaveLength(Math.floor(JSON.stringify(ids).length / 512));
    expect(promptBlocks(generate, owner).blockHashes).toEqual(completion(ids));
  });

  it('are none where there are several prompts', () => {
    expect(completion(['x'.repeat(2000), 'y'.repeat(2000)])).toEqual([]);
  });

  it('have names that tell everything before them apart, and fit into a number', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1030, maxLength: 1600 });
    fc.assert(
      fc.property(text, text, (one, other) => {
        const bytes = [JSON.stringify(one), JSON.stringify(other)];
        const hashes = completion(one);
        const same = shared(hashes, completion(other));

        for (const [index, hash] of hashes.entries()) {
          expect(Number.isSafeInteger(hash)).toBe(true);
          const end = (index + 1) * PROMPT_BLOCK_BYTES;
          expect(index < same).toBe(bytes[0]?.slice(0, end) === bytes[1]?.slice(0, end));
        }
      }),
    );
  });
});
