import type { JsonMember } from '../wire/json-members.ts';
import type { PromptMember } from './request-members.ts';

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

/**
 * Measures SGLang's `input_embeds`: a list of floats for each token of a prompt, or a list of such prompts. The
 * bytes of floats tell nothing of text.
 */
export function measureInputEmbeds(body: Buffer, member: JsonMember): PromptMember {
  const lists = listsByDepth(body, member);
  const [count = 1, tokens = 0] = lists.length === 3 ? lists.slice(1) : lists;
  return { count, tokens, textBytes: 0 };
}

/** How many lists there are at each depth, the outermost first. */
function listsByDepth(body: Buffer, { valueStart, valueEnd }: JsonMember): readonly number[] {
  const counts: number[] = [];
  let depth = 0;
  for (let at = valueStart; at < valueEnd; at += 1) {
    const byte = body[at];
    if (byte === OPEN_BRACKET) {
      counts[depth] = (counts[depth] ?? 0) + 1;
      depth += 1;
    } else if (byte === CLOSE_BRACKET) depth -= 1;
  }
  return counts;
}

/** Prompts in vLLM's `prompt_embeds`: one tensor in base64, or a list of them. */
export function countPromptEmbeds(body: Buffer, { valueStart, valueEnd }: JsonMember): number {
  if (body[valueStart] !== OPEN_BRACKET) return 1;
  // Base64 has neither commas nor brackets.
  return body.subarray(valueStart, valueEnd).filter((byte) => byte === COMMA).length + 1;
}
