import type { JsonMember, JsonRange } from '../wire/json-members.ts';
import { eachElement, findMember, scanMembers } from '../wire/json-members.ts';

/**
 * Bytes of JSON of the largest grammar that an engine makes of a request's tools: of one tool's parameters alone (llama.cpp
 * does so of every tool), of all that are `strict`, or of all where one has to be called.
 */
export function toolGrammarBytes(body: Buffer, members: readonly JsonMember[]): number {
  const tools = findMember(members, 'tools');
  if (tools === undefined || body[tools.valueStart] !== OPEN_BRACKET) return 0;
  const isForced = mustCall(body, findMember(members, 'tool_choice'));
  let largest = 0;
  let together = 0;
  eachElement(body, tools, (tool) => {
    const { bytes, isStrict } = schemaOf(body, tool);
    largest = Math.max(largest, bytes);
    if (isForced || isStrict) together += bytes;
  });
  return Math.max(largest, together);
}

interface ToolSchema {
  readonly bytes: number;
  readonly isStrict: boolean;
}

/** Chat completions hold a tool in its `function`, other APIs in itself. */
function schemaOf(body: Buffer, tool: JsonRange): ToolSchema {
  const members = membersOf(body, tool);
  const held = findMember(members, 'function');
  const text = body.subarray(tool.valueStart, tool.valueEnd);
  const own = schemaAmong(text, members);
  if (held === undefined) return own;
  const inner = text.subarray(held.valueStart, held.valueEnd);
  const within = schemaAmong(inner, membersOf(text, held));
  return { bytes: own.bytes + within.bytes, isStrict: own.isStrict || within.isStrict };
}

function schemaAmong(text: Buffer, members: readonly JsonMember[]): ToolSchema {
  const schema = findMember(members, 'parameters');
  const strict = findMember(members, 'strict');
  return {
    bytes: schema === undefined ? 0 : schema.valueEnd - schema.valueStart,
    isStrict: strict !== undefined && text[strict.valueStart] === LETTER_T,
  };
}

function membersOf(text: Buffer, { valueStart, valueEnd }: JsonRange): readonly JsonMember[] {
  return text[valueStart] === OPEN_BRACE ? scanMembers(text.subarray(valueStart, valueEnd)) : [];
}

/** `required`, or the tool that is named; `auto` and `none` leave it to the model. */
function mustCall(body: Buffer, choice: JsonMember | undefined): boolean {
  if (choice === undefined) return false;
  return !LEFT_OPEN.has(body.toString('latin1', choice.valueStart, choice.valueEnd));
}

const LEFT_OPEN: ReadonlySet<string> = new Set(['"auto"', '"none"', 'null']);

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const LETTER_T = 0x74;
