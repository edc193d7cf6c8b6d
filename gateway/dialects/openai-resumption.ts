import type { GenerateRequest } from '../generation/request.ts';
import type { JsonMember } from '../wire/json-members.ts';
import { findMember, scanMembers } from '../wire/json-members.ts';
import type { Rest, RestRequest, Resumption } from './dialect.ts';
import { moldOf, readAnswerPart } from './event-mold.ts';
import { membersAdmit, valueOf } from './resumable-members.ts';

/** Longest prompt, in bytes, whose ids fit into one event together, a token being a byte or more and an id seven. */
export const PROMPT_BYTES_MAX: number = 128 * 1024;

/** How an OpenAI dialect asks for the rest of an answer where nobody told its ids. */
export type AskByText = (request: GenerateRequest, literal: string) => RestRequest | undefined;

/** Resumption of OpenAI's two text APIs, which goes by ids over the completions of any engine that told them. */
export function openAiResumption(askByText: AskByText): Resumption {
  return {
    admits: (request, mode) =>
      request.stream &&
      request.choices === 1 &&
      request.prompt.textBytes <= PROMPT_BYTES_MAX &&
      request.promptMembers.length === 1 &&
      isText(request) &&
      membersAdmit(request, mode),
    stopsOf,
    rest(request, rest) {
      const asked =
        rest.ids === undefined ? askByText(request, rest.literal) : byIds(request, rest.ids);
      return asked === undefined ? undefined : withLimits(asked, rest);
    },
    mold: moldOf,
    readPart: readAnswerPart,
  };
}

function stopsOf({ members, body }: GenerateRequest): readonly string[] {
  const member = findMember(members, 'stop');
  const value = member === undefined ? undefined : valueOf(body, member);
  const stops = Array.isArray(value) ? (value as unknown[]) : [value];
  return stops.filter((stop): stop is string => typeof stop === 'string' && stop !== '');
}

const PART_TYPE = '"type"';
const OTHER_PARTS = /"type"\s*:\s*"(?!text")/;

/** Images and calls of tools are parts of another type than text. */
function isText({ promptMembers: [prompt], body }: GenerateRequest): boolean {
  if (prompt === undefined) return false;
  const text = body.subarray(prompt.valueStart, prompt.valueEnd);
  return !text.includes(PART_TYPE) || !OTHER_PARTS.test(text.toString('latin1'));
}

/** Members of a chat that its prompt was made with, and that a prompt of ids holds already. */
const OF_THE_PROMPT: ReadonlySet<string> = new Set(
  (
    'messages prompt chat_template_kwargs reasoning_effort add_generation_prompt ' +
    'continue_final_message tools tool_choice parallel_tool_calls response_format ' +
    // A number in completions, and off in any case.
    'logprobs top_logprobs verbosity store metadata'
  ).split(' '),
);

/** The prompt and the answer so far as one prompt of ids, under the same sampling. */
function byIds(request: GenerateRequest, ids: readonly number[]): RestRequest {
  const kept = request.members.filter(({ name }) => !OF_THE_PROMPT.has(name));
  const body = objectOf([
    `"prompt":[${ids.join(',')}]`,
    ...kept.map((one) => textOf(request, one)),
  ]);
  return { path: '/v1/completions', request: asking(request, body, ids.length) };
}

/** Members that bound the answer, which the tokens so far count against. */
const LIMITS: ReadonlySet<string> = new Set(['max_tokens', 'max_completion_tokens', 'min_tokens']);

/** The same request for as many tokens as are left; `undefined` where none are. */
function withLimits({ path, request }: RestRequest, rest: Rest): RestRequest | undefined {
  const left = tokensLeft(request, rest);
  if (left !== undefined && left < 1) return undefined;
  const min = valueOfMember(request, 'min_tokens');
  const limits = [
    ...(left === undefined ? [] : [`"max_tokens":${left}`]),
    ...(typeof min === 'number' ? [`"min_tokens":${Math.max(min - rest.answeredTokens, 0)}`] : []),
  ];
  const kept = request.members.filter(({ name }) => !LIMITS.has(name));
  const body = objectOf([...limits, ...kept.map((one) => textOf(request, one))]);
  return { path, request: { ...asking(request, body), outputTokensMax: left } };
}

/** An engine that is asked for no limit fills the context by a chat, and makes sixteen tokens of a completion. */
function tokensLeft(
  { outputTokensMax }: GenerateRequest,
  { ids, answeredTokens, contextTokensMax }: Rest,
): number | undefined {
  if (outputTokensMax !== undefined) return outputTokensMax - answeredTokens;
  if (ids === undefined) return undefined;
  return contextTokensMax - ids.length;
}

function valueOfMember({ members, body }: GenerateRequest, name: string): unknown {
  const member = findMember(members, name);
  return member === undefined ? undefined : valueOf(body, member);
}

/** A request like another one, with another body. */
export function asking(
  request: GenerateRequest,
  body: Buffer,
  promptTokens?: number,
): GenerateRequest {
  const isByIds = promptTokens !== undefined;
  return {
    ...request,
    ...(isByIds && {
      operation: 'text_completion',
      prompt: { tokens: promptTokens, textBytes: body.length },
    }),
    body,
    members: scanMembers(body),
    promptMembers: [],
  };
}

/** A member as it stands in the body, its name included. Bytes stay what they are: one character each. */
export function textOf({ body }: GenerateRequest, { nameStart, valueEnd }: JsonMember): string {
  return body.toString('latin1', nameStart, valueEnd);
}

/** A body of members that are written out, one character a byte. */
export function objectOf(members: readonly string[]): Buffer {
  return Buffer.from(`{${members.join(',')}}`, 'latin1');
}
