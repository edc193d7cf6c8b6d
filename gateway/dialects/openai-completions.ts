import type { GenerateRequest } from '../generation/request.ts';
import type { Dialect } from './dialect.ts';
import { classifyOpenAiEvent, OPENAI_DONE_EVENT, readOpenAiEnd } from './openai-answers.ts';
import {
  encodeOpenAiError,
  encodeOpenAiErrorEvent,
  normaliseOpenAiError,
} from './openai-errors.ts';
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
};

function decodeCompletion(body: Buffer): GenerateRequest {
  const members = new RequestMembers(body);
  const promptMember = members.require('prompt');
  const prompt = measurePrompt(body, promptMember);
  return {
    operation: 'text_completion',
    model: members.string('model'),
    stream: members.boolean('stream') ?? false,
    prompt,
    outputTokensMax: members.integer('max_tokens', 0) ?? OUTPUT_TOKENS_DEFAULT,
    ignoresEndOfSequence: members.boolean('ignore_eos') ?? false,
    prompts: prompt.count,
    choices: prompt.count * (members.integer('n', 1) ?? 1),
    wantsUsage: members.object('stream_options')?.['include_usage'] === true,
    body,
    promptMembers: prompt.count === 1 ? [promptMember] : [],
    members: members.all,
  };
}
