import type { GenerateRequest } from '../generation/request.ts';
import type { JsonMember } from '../wire/json-members.ts';
import type { ResumeMode } from './dialect.ts';

/** Whether a member's value leaves the rest of an answer to its tokens alone. */
type Admits = (value: unknown) => boolean;

/** Longest member that is looked into; longer ones are prompts, and looked at by their own rule. */
const VALUE_BYTES_MAX = 4_096;

const always: Admits = () => true;
const isOff: Admits = (value) => value === false || value === null;
const isOne: Admits = (value) => value === 1 || value === null;
const isZero: Admits = (value) => value === 0 || value === null;
const isNull: Admits = (value) => value === null;
/** What is too long to be looked into cannot be looked for at the seam either. */
const isKnown: Admits = (value) => value !== undefined;

/** Members that say nothing of what comes after a token, whatever they are; all else is not known to be harmless. */
const HARMLESS: readonly string[] = (
  'model prompt messages stream stop_token_ids ignore_eos user logit_bias priority ' +
  'max_tokens max_completion_tokens min_tokens temperature top_p top_k min_p ' +
  'metadata store service_tier safety_identifier verbosity prompt_cache_key ' +
  'prompt_cache_retention cache_salt chat_template_kwargs reasoning_effort parallel_tool_calls'
).split(' ');

/** Members that must be as if they were not there, and stops, which the gateway looks for itself. */
const NEUTRAL: Readonly<Record<string, Admits>> = {
  stop: isKnown,
  n: isOne,
  best_of: isOne,
  echo: isOff,
  logprobs: isOff,
  top_logprobs: isNull,
  prompt_logprobs: isNull,
  suffix: isNull,
  tools: isNull,
  tool_choice: (value) => value === null || value === 'none',
  response_format: (value) => value === null || hasOnly(value, 'type', 'text'),
  stream_options: (value) => value === null || hasOnly(value, 'include_usage'),
  return_token_ids: isOff,
  add_generation_prompt: (value) => value === true || value === null,
  continue_final_message: isOff,
};

/** Members whose state starts anew at the seam: penalties count what is asked for, and a seed draws its first number. */
const ANEW: Readonly<Record<string, Admits>> = {
  presence_penalty: isZero,
  frequency_penalty: isZero,
  repetition_penalty: isOne,
};

const EXACT: ReadonlyMap<string, Admits> = new Map([
  ...HARMLESS.map((name) => [name, always] as const),
  ...Object.entries(NEUTRAL),
  ...Object.entries(ANEW),
]);

const AS_TEXT: ReadonlyMap<string, Admits> = new Map([
  ...EXACT,
  ...['seed', ...Object.keys(ANEW)].map((name) => [name, always] as const),
]);

/** True where every member of a request is known to leave the rest of its answer to the tokens before it. */
export function membersAdmit(request: GenerateRequest, mode: ResumeMode): boolean {
  const { members, body } = request;
  const table = mode === 'exact' ? EXACT : AS_TEXT;
  return members.every((member) => {
    const admits = table.get(member.name);
    if (admits !== undefined) return admits === always || admits(valueOf(body, member));
    return member.name === 'seed' && isGreedy(request);
  });
}

/** Without chance a seed says nothing. */
function isGreedy({ members, body }: GenerateRequest): boolean {
  const temperature = members.findLast(({ name }) => name === 'temperature');
  return temperature !== undefined && valueOf(body, temperature) === 0;
}

/** The value of a member; `undefined` for one that is long or no JSON. */
export function valueOf(body: Buffer, { valueStart, valueEnd }: JsonMember): unknown {
  if (valueEnd - valueStart > VALUE_BYTES_MAX) return undefined;
  try {
    return JSON.parse(body.toString('utf8', valueStart, valueEnd)) as unknown;
  } catch {
    // The engine is who refuses it.
    return undefined;
  }
}

function hasOnly(value: unknown, name: string, wanted?: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(
    ([key, held]) => key === name && (wanted === undefined || held === wanted),
  );
}
