import type { GenerateRequest, Operation } from '../generation/request.ts';
import type { Dialect } from './dialect.ts';
import { OPENAI_DONE_EVENT, readOpenAiEnd } from './openai-answers.ts';
import {
  encodeOpenAiError,
  encodeOpenAiErrorEvent,
  normaliseOpenAiError,
} from './openai-errors.ts';
import { RequestMembers } from './request-members.ts';

/** Calls that are answered whole and generate nothing: path, operation. */
const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['/v1/embeddings', 'embeddings'],
  ['/tokenize', 'tokenize'],
  ['/detokenize', 'detokenize'],
  ['/v1/rerank', 'rerank'],
  ['/v1/score', 'score'],
]);

/** Embeddings and the engines' other single calls, where a replica has them. */
export const openAiCalls: Dialect = {
  name: 'openai-calls',
  paths: OPERATIONS,
  engine: undefined,
  doneEvent: OPENAI_DONE_EVENT,
  decode: decodeCall,
  classify: () => 0,
  outputTokensSoFar: () => undefined,
  choiceOf: () => 0,
  readEnd: readOpenAiEnd,
  // Embeddings may be asked for as bare bytes.
  answersInJson: false,
  encodeError: encodeOpenAiError,
  encodeErrorEvent: encodeOpenAiErrorEvent,
  normaliseError: normaliseOpenAiError,
  resumption: undefined,
};

function decodeCall(body: Buffer, path: string): GenerateRequest {
  const members = new RequestMembers(body);
  return {
    operation: OPERATIONS.get(path) ?? 'embeddings',
    model: members.string('model'),
    stream: false,
    prompt: { tokens: undefined, textBytes: body.length },
    outputTokensMax: 0,
    ignoresEndOfSequence: false,
    prompts: 1,
    choices: 0,
    wantsUsage: true,
    body,
    promptMembers: [],
    members: members.all,
  };
}
