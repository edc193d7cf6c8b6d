import type { GenerateRequest } from '../generation/request.ts';
import type { Dialect, RestRequest } from './dialect.ts';
import { classifyOpenAiEvent, OPENAI_DONE_EVENT, readOpenAiEnd } from './openai-answers.ts';
import {
  encodeOpenAiError,
  encodeOpenAiErrorEvent,
  normaliseOpenAiError,
} from './openai-errors.ts';
import { asking, objectOf, openAiResumption, textOf } from './openai-resumption.ts';
import { countPromptEmbeds } from './prompt-embeds.ts';
import type { PromptMember } from './request-members.ts';
import { measurePrompt, RequestMembers } from './request-members.ts';

/** Tokens that the legacy completions API generates when a request names no maximum (OpenAI's default). */
const OUTPUT_TOKENS_DEFAULT = 16;

const OUTPUT_MEMBERS = ['"text":'];

/** OpenAI's text completions: what the serving benchmarks of both engines speak. */
export const openAiCompletions: Dialect = {
  name: 'openai-completions',
  paths: new Map([['/v1/completions', 'text_completion']]),
  engine: undefined,
  doneEvent: OPENAI_DONE_EVENT,
  decode: decodeCompletion,
  classify: (event) => classifyOpenAiEvent(event, OUTPUT_MEMBERS),
  outputTokensSoFar: () => undefined,
  choiceOf: () => 0,
  readEnd: readOpenAiEnd,
  answersInJson: true,
  encodeError: encodeOpenAiError,
  encodeErrorEvent: encodeOpenAiErrorEvent,
  normaliseError: normaliseOpenAiError,
  resumption: openAiResumption(askByText),
};

function decodeCompletion(body: Buffer): GenerateRequest {
  const members = new RequestMembers(body);
  const prompt = measurePrompts(members);
  const promptMember = members.find('prompt');
  return {
    operation: 'text_completion',
    model: members.string('model'),
    stream: members.boolean('stream') ?? false,
    prompt,
    outputTokensMax: outputTokensMax(members),
    ignoresEndOfSequence: members.isOn('ignore_eos'),
    prompts: prompt.count,
    choices: prompt.count * (members.integer('n', 1) ?? 1),
    wantsUsage: members.object('stream_options')?.['include_usage'] === true,
    body,
    promptMembers: prompt.count === 1 && promptMember !== undefined ? [promptMember] : [],
    members: members.all,
  };
}

/** A limit that is no count, such as llama.cpp's -1 for none, is the engine's to judge. */
function outputTokensMax(members: RequestMembers): number | undefined {
  if (members.find('max_tokens') === undefined) return OUTPUT_TOKENS_DEFAULT;
  return members.count('max_tokens');
}

/** vLLM takes prompts as embeddings too, beside those of text or in their place. */
function measurePrompts(members: RequestMembers): PromptMember {
  const embeds = members.find('prompt_embeds');
  if (embeds === undefined) return measurePrompt(members.body, members.require('prompt'));
  const embedded = countPromptEmbeds(members.body, embeds);
  const textMember = members.find('prompt');
  if (
    textMember === undefined ||
    textMember.valueEnd - textMember.valueStart === EMPTY_TEXT_BYTES
  ) {
    return { count: embedded, tokens: undefined, textBytes: 0 };
  }
  const text = measurePrompt(members.body, textMember);
  return { ...text, count: embedded + text.count };
}

/** `""` or `[]`. */
const EMPTY_TEXT_BYTES = 2;

const QUOTE = 0x22;

/** A prompt of text goes on with the answer so far; one of ids has no text that could. */
function askByText(request: GenerateRequest, literal: string): RestRequest | undefined {
  const [prompt] = request.promptMembers;
  if (prompt === undefined || request.body[prompt.valueStart] !== QUOTE) return undefined;
  const members = request.members.map((member) =>
    member === prompt
      ? `${textOf(request, member).slice(0, -1)}${literal}"`
      : textOf(request, member),
  );
  return { path: '/v1/completions', request: asking(request, objectOf(members)) };
}
