import type { GenerateRequest } from '../generation/request.ts';
import type { Dialect, RestRequest } from './dialect.ts';
import { classifyOpenAiEvent, OPENAI_DONE_EVENT, readOpenAiEnd } from './openai-answers.ts';
import {
  encodeOpenAiError,
  encodeOpenAiErrorEvent,
  normaliseOpenAiError,
} from './openai-errors.ts';
import { asking, objectOf, openAiResumption, textOf } from './openai-resumption.ts';
import { measureMessages, RequestMembers } from './request-members.ts';

/** Members of a delta in which generated tokens arrive, the most frequent first. */
const OUTPUT_MEMBERS = [
  '"content":',
  '"reasoning_content":',
  '"reasoning":',
  '"tool_calls":',
  '"refusal":',
];

/** OpenAI's chat completions. */
export const openAiChat: Dialect = {
  name: 'openai-chat',
  paths: new Map([['/v1/chat/completions', 'chat']]),
  engine: undefined,
  doneEvent: OPENAI_DONE_EVENT,
  decode: decodeChat,
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

function decodeChat(body: Buffer): GenerateRequest {
  const members = new RequestMembers(body);
  // Old engines answer 500 to a text, as if they were broken; current ones refuse it. llama.cpp answers a list of none.
  const messages = members.requireList('messages');
  return {
    operation: 'chat',
    model: members.string('model'),
    stream: members.boolean('stream') ?? false,
    prompt: { tokens: undefined, textBytes: measureMessages(body, messages) },
    outputTokensMax: members.count('max_completion_tokens') ?? members.count('max_tokens'),
    ignoresEndOfSequence: members.isOn('ignore_eos'),
    prompts: 1,
    choices: members.integer('n', 1) ?? 1,
    wantsUsage: members.object('stream_options')?.['include_usage'] === true,
    body,
    // Chat templates put the tools into the system message.
    promptMembers: [members.find('tools'), messages].filter((member) => member !== undefined),
    members: members.all,
  };
}

/** The answer so far is a last message of the assistant, which is left open. */
function askByText(request: GenerateRequest, literal: string): RestRequest {
  const [messages] = request.promptMembers;
  const members = request.members
    .filter(({ name }) => !OF_THE_END.has(name))
    .map((member) => {
      const text = textOf(request, member);
      if (member !== messages) return text;
      return `${text.slice(0, -1)},{"role":"assistant","content":"${literal}"}]`;
    });
  const open = '"continue_final_message":true,"add_generation_prompt":false';
  return { path: '/v1/chat/completions', request: asking(request, objectOf([...members, open])) };
}

/** Members that say how the conversation ends. */
const OF_THE_END: ReadonlySet<string> = new Set([
  'continue_final_message',
  'add_generation_prompt',
]);
