import type { GenerateRequest, Usage } from '../generation/request.ts';
import { dataStart } from '../wire/sse.ts';
import type { AnswerEnd, Dialect } from './dialect.ts';
import { eventKinds, reasonOfAll } from './dialect.ts';
import { readBareEvent } from './bare-event.ts';
import { OPENAI_DONE_EVENT } from './openai-answers.ts';
import { encodeOpenAiError, encodeOpenAiErrorEvent } from './openai-errors.ts';
import { measureInputEmbeds } from './prompt-embeds.ts';
import { measurePrompt, RequestMembers } from './request-members.ts';

/** `max_new_tokens` when a request names none (SGLang's `SamplingParams`). */
const OUTPUT_TOKENS_DEFAULT = 128;

/** SGLang's native API: cumulative text, with exact token counts in each event. */
export const sglangGenerate: Dialect = {
  name: 'sglang-generate',
  paths: new Map([['/generate', 'generate_content']]),
  engine: 'sglang',
  doneEvent: OPENAI_DONE_EVENT,
  decode: decodeGenerate,
  classify: classifyGenerateEvent,
  outputTokensSoFar: (event) => lastCount(event, COMPLETION_TOKENS),
  choiceOf,
  readEnd: readGenerateEnd,
  answersInJson: true,
  encodeError: encodeOpenAiError,
  encodeErrorEvent: encodeOpenAiErrorEvent,
  // The native API's own clients read its own shape.
  normaliseError: (_status, body) => body,
  resumption: undefined,
};

function decodeGenerate(body: Buffer): GenerateRequest {
  const members = new RequestMembers(body);
  const embeds = members.find('input_embeds');
  const promptMember = embeds ?? members.find('input_ids') ?? members.require('text');
  const prompt = (embeds === undefined ? measurePrompt : measureInputEmbeds)(body, promptMember);
  const sampling = samplingParams(members, body);
  return {
    operation: 'generate_content',
    model: undefined,
    stream: members.boolean('stream') ?? false,
    prompt,
    outputTokensMax: asCount(sampling['max_new_tokens']) ?? OUTPUT_TOKENS_DEFAULT,
    ignoresEndOfSequence: sampling['ignore_eos'] === true,
    prompts: prompt.count,
    choices: prompt.count * (asCount(sampling['n']) ?? 1),
    wantsUsage: true,
    body,
    // SGLang caches no prefix of embeddings.
    promptMembers: prompt.count === 1 && embeds === undefined ? [promptMember] : [],
    members: members.all,
  };
}

/** A batch may bring one object for each prompt; the first stands for all. */
function samplingParams(members: RequestMembers, body: Buffer): Readonly<Record<string, unknown>> {
  const member = members.find('sampling_params');
  if (member === undefined || body[member.valueStart] === OPEN_BRACKET) return {};
  return members.object('sampling_params') ?? {};
}

const OPEN_BRACKET = 0x5b;

function asCount(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

function classifyGenerateEvent(event: string): number {
  const at = event.startsWith('data: ') ? 6 : dataStart(event);
  if (at === -1) return 0;
  if (event.startsWith('[DONE]', at)) return eventKinds.done;
  if (!event.includes(META_INFO)) {
    return readBareEvent(event, at) === 'error' ? eventKinds.error : 0;
  }
  // Events hold one choice, and their text is as long as the answer so far: found from behind.
  const reason = reasonAt(event, event.lastIndexOf(FINISH_REASON));
  return reason === undefined ? eventKinds.output : eventKinds.output | eventKinds.finish;
}

const META_INFO = '"meta_info":';
const INDEX = '"index":';
const FINISH_REASON = '"finish_reason":';
const PROMPT_TOKENS = '"prompt_tokens":';
const COMPLETION_TOKENS = '"completion_tokens":';
const CACHED_TOKENS = '"cached_tokens":';

/** The reason is an object in current versions, a text in 0.2.14, where `None` means “still running”. */
function reasonAt(text: string, start: number): string | undefined {
  if (start === -1) return undefined;
  const value = text.slice(start + FINISH_REASON.length, start + FINISH_REASON.length + 100);
  const reason = /^\s*(?:\{"type":\s*)?"([^"\\]{1,64})"/.exec(value)?.[1];
  if (reason === undefined || reason === 'None') return undefined;
  return OLD_REASONS.get(reason.split(':')[0] ?? '') ?? reason;
}

/** A batch, or `n` choices, have one each. */
function readReasons(text: string): readonly string[] {
  const reasons: string[] = [];
  for (let at = text.indexOf(FINISH_REASON); at !== -1; at = text.indexOf(FINISH_REASON, at + 1)) {
    const reason = reasonAt(text, at);
    if (reason !== undefined) reasons.push(reason);
  }
  return reasons;
}

/** SGLang 0.2.14's class names in the words of its later versions. */
const OLD_REASONS: ReadonlyMap<string, string> = new Map([
  ['FINISH_LENGTH', 'length'],
  ['FINISH_MATCHED_TOKEN', 'stop'],
  ['FINISH_MATCHED_STR', 'stop'],
  ['FINISH_ABORT', 'abort'],
]);

function lastCount(text: string, member: string): number | undefined {
  const start = text.lastIndexOf(member);
  if (start === -1) return undefined;
  const count = Number.parseInt(text.slice(start + member.length, start + member.length + 20), 10);
  return Number.isNaN(count) ? undefined : count;
}

/** It stands behind the counts, and only where there are several choices. */
function choiceOf(event: string): number {
  return choiceIn(event.slice(Math.max(event.lastIndexOf(META_INFO), 0))) ?? 0;
}

function choiceIn(part: string): number | undefined {
  return lastCount(part, INDEX);
}

/** Each choice has counts of its own. Those of a whole body come in the order of their choices. */
function readGenerateEnd(text: string): AnswerEnd {
  const choiceUsages = new Map<number, Usage>();
  for (const [order, part] of text.split(META_INFO).slice(1).entries()) {
    const promptTokens = lastCount(part, PROMPT_TOKENS);
    if (promptTokens === undefined) continue;
    choiceUsages.set(choiceIn(part) ?? order, {
      promptTokens,
      outputTokens: lastCount(part, COMPLETION_TOKENS) ?? 0,
      cachedTokens: lastCount(part, CACHED_TOKENS),
    });
  }
  const reasons = readReasons(text);
  return {
    usage: undefined,
    choiceUsages: choiceUsages.size === 0 ? undefined : choiceUsages,
    finishReason: reasonOfAll(reasons),
    finishedChoices: reasons.length,
  };
}
