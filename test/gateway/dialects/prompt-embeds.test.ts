import { describe, expect, it } from 'vitest';
import { countPromptEmbeds, measureInputEmbeds } from '../../../gateway/dialects/prompt-embeds.ts';
import type { JsonMember } from '../../../gateway/wire/json-members.ts';
import { scanMembers } from '../../../gateway/wire/json-members.ts';

function inBody(value: unknown): [Buffer, JsonMember] {
  const body = Buffer.from(JSON.stringify({ value }));
  const [member] = scanMembers(body);
  if (member === undefined) throw new Error('no member');
  return [body, member];
}

describe('a prompt of embeddings', () => {
  it.each([
    [
      [
        [1, 2],
        [3, 4],
      ],
      1,
      2,
    ],
    [[[[1], [2]], [[3]]], 2, 3],
    [[[0.5]], 1, 1],
    [[], 1, 0],
    ['text', 1, 0],
  ])('of SGLang such as %j is %i prompts of %i tokens', (value, count, tokens) => {
    expect(measureInputEmbeds(...inBody(value))).toEqual({ count, tokens, textBytes: 0 });
  });

  it.each([
    ['AAAA', 1],
    [['AA=='], 1],
    [['AA==', 'AQ==', 'Ag=='], 3],
  ])('of vLLM such as %j is %i prompts', (value, count) => {
    expect(countPromptEmbeds(...inBody(value))).toBe(count);
  });
});
