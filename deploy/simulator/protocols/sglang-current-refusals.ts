import type { GenerationShape } from '../generation-request.ts';
import { eventsAnswer, jsonAnswer, type PlainAnswer, textAnswer } from '../plain-answer.ts';
import { pythonFloat } from '../python-text.ts';
import { type Refusal, type RefusalTable, sayRefusal } from '../refusal.ts';
import type { ReplicaView } from '../replica-view.ts';
import type { Failure, RefusedAt } from './protocol.ts';
import { findProblem, problemText } from './pydantic-problem.ts';

const FULL = 'The request queue is full.';

const IDS_NOT_STREAMED =
  'return_token_ids is not supported with streaming on /v1/chat/completions. Please set stream=false when using return_token_ids=true.';

/** A refusal in the words of SGLang 0.5.23. A full queue is told inside a stream that began well. */
export function refuseAsSglangCurrent(
  refusal: Refusal,
  at: RefusedAt,
  { preset }: ReplicaView,
): PlainAnswer {
  if (refusal.kind === 'queue-full') return refuseFull(at);
  if (refusal.kind === 'not-an-object') return textAnswer(500, 'Internal Server Error');
  if (refusal.kind === 'ids-not-streamed') return flat(IDS_NOT_STREAMED, 'BadRequest');
  const problem = findProblem(refusal);
  if (problem !== undefined) return invalid(at, problemText(problem));
  const found = sayRefusal(findings, refusal, preset.contextTokensMax);
  if (found !== undefined) return invalid(at, found);
  const said = sayRefusal(sayings, refusal, preset.contextTokensMax);
  return refused(at, said ?? refusal.kind);
}

/** What is found wrong while a body is read, beyond what the framework finds. */
const findings: RefusalTable<string | undefined> = {
  'wrong-content-type': () =>
    "{'loc': ['header', 'content-type'], 'msg': \"Unsupported Media Type: Only 'application/json' is allowed\", 'type': 'value_error'}",
  'below-minimum': ({ field, found }) =>
    field === 'temperature'
      ? undefined
      : `{'type': 'value_error', 'loc': ('body', '${field}'), 'msg': 'Value error, ${field} must be positive', 'input': ${found}, 'ctx': {'error': ValueError('${field} must be positive')}}`,
};

/** What the engine refuses. */
const sayings: RefusalTable<string> = {
  'below-minimum': ({ found }) =>
    `temperature must be a non-negative finite number, got ${pythonFloat(found)}.`,
  'prompt-too-long': ({ promptTokens }, contextTokensMax) =>
    `The input (${promptTokens} tokens) is longer than the model's context length (${contextTokensMax} tokens).`,
  'total-too-long': ({ promptTokens, outputTokens }, contextTokensMax) =>
    `Requested token count exceeds the model's maximum context length of ${contextTokensMax} tokens. You requested a total of ${promptTokens + outputTokens} tokens: ${promptTokens} tokens from the input messages and ${outputTokens} tokens for the completion. Please reduce the number of tokens in the input messages or the completion to fit within the limit.`,
  'no-messages': () => 'Messages cannot be empty.',
  'no-prompt': () => 'Either text or input_ids should be provided.',
  'not-embedding': () =>
    'This model does not appear to be an embedding model by default. Please add `--is-embedding` when launching the server or try another model.',
};

/** The data of an error inside a stream. */
export function sglangErrorEvent({ message, code }: Failure, shape: GenerationShape): string {
  if (shape === 'generate') return JSON.stringify(generateError(message, code));
  const type = code === 503 ? 'SERVICE_UNAVAILABLE' : 'InternalServerError';
  return `{"error": {"object": "error", "message": ${JSON.stringify(message)}, "type": "${type}", "param": null, "code": ${code}}}`;
}

/** The answer to a generation that failed before its head was sent. */
export function sglangFailure({ message, code }: Failure, shape: GenerationShape): PlainAnswer {
  if (shape === 'generate') return jsonAnswer(code, generateError(message, code));
  return jsonAnswer(code, { object: 'error', message, type: String(code), param: null, code });
}

function refuseFull({ shape = 'completions', stream }: RefusedAt): PlainAnswer {
  const failure = { message: FULL, code: 503 };
  return stream ? eventsAnswer(sglangErrorEvent(failure, shape)) : sglangFailure(failure, shape);
}

/** Validation tells where in the server it failed. */
function invalid({ path }: RefusedAt, problem: string): PlainAnswer {
  const place = `  File "sglang/srt/entrypoints/http_server.py", line 1870\n    POST ${path} [${problem}]`;
  return flat(`1 validation error:\n  ${problem}\n\n${place}`, 'Bad Request');
}

/** What the engine refuses: `/generate` says it its own way, inside the stream when there is one. */
function refused({ shape, stream }: RefusedAt, message: string): PlainAnswer {
  if (shape !== 'generate') return flat(message, 'BadRequestError');
  const error = generateError(message, 400);
  return stream ? eventsAnswer(JSON.stringify(error)) : jsonAnswer(400, error);
}

function flat(message: string, type: string): PlainAnswer {
  return jsonAnswer(400, { object: 'error', message, type, param: null, code: 400 });
}

function generateError(message: string, code: number): Readonly<Record<string, unknown>> {
  const type = code === 503 ? 'service_unavailable' : 'invalid_request_error';
  return { error: { message, type, code, retryable: code === 503 } };
}
