import { jsonAnswer, type PlainAnswer } from '../plain-answer.ts';
import { pythonFloat, pythonText } from '../python-text.ts';
import { isObject } from '../body-fields.ts';
import { type Refusal, type RefusalTable, sayRefusal } from '../refusal.ts';
import type { ReplicaView } from '../replica-view.ts';
import type { RefusedAt } from './protocol.ts';
import { findProblem, type Problem } from './pydantic-problem.ts';

const BUSY =
  'The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.';

/** vLLM's nested error object. */
export function vllmError(
  message: string,
  type: string,
  code: number,
  param: string | null = null,
): { readonly error: Readonly<Record<string, unknown>> } {
  return { error: { message, type, param, code } };
}

/** A refusal in the words of vLLM 0.32. */
export function refuseAsVllmCurrent(
  refusal: Refusal,
  _at: RefusedAt,
  { preset, model }: ReplicaView,
): PlainAnswer {
  if (refusal.kind === 'queue-full') {
    return jsonAnswer(503, vllmError(BUSY, 'Service Unavailable', 503));
  }
  if (refusal.kind === 'unknown-model') {
    const message = `The model \`${refusal.model}\` does not exist. Valid aliases: ${model}.`;
    return jsonAnswer(404, vllmError(message, 'NotFoundError', 404, 'model'));
  }
  const problem = findProblem(refusal);
  if (problem !== undefined) return refuseProblem(problem);
  const said = sayRefusal(sayings, refusal, preset.contextTokensMax);
  return badRequest(said ?? { message: refusal.kind, param: null });
}

interface Saying {
  readonly message: string;
  readonly param: string | null;
  /** Two spellings of one status: the web framework's own, and the engine's. */
  readonly type?: 'Bad Request' | 'BadRequestError';
}

const sayings: RefusalTable<Saying> = {
  'wrong-content-type': () => ({
    message: "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed",
    param: null,
    type: 'Bad Request',
  }),
  'below-minimum': ({ field, found, minimum }) => {
    if (field !== 'temperature') {
      return named(`${field} must be at least ${minimum}, got ${found}.`, field, found);
    }
    const value = pythonFloat(found);
    return named(`temperature must be non-negative, got ${value}.`, field, value);
  },
  'usage-without-stream': () => ({
    message: 'Stream options can only be defined when `stream=True`. (parameter=stream_options)',
    param: 'stream_options',
  }),
  'no-messages': () => ({
    message: 'Cannot apply chat template to an empty conversation. Provide at least one message.',
    param: null,
  }),
  'unknown-token': ({ token }) => ({
    message: `Token id ${token} is out of vocabulary`,
    param: null,
  }),
  'prompt-too-long': ({ promptTokens }, contextTokensMax) =>
    named(
      `This model's maximum context length is ${contextTokensMax} tokens. However, your prompt contains ${promptTokens} input tokens, which exceeds this limit even without any output tokens. Please reduce the length of the input prompt.`,
      'input_tokens',
      promptTokens,
    ),
  'total-too-long': ({ outputTokens }, contextTokensMax) =>
    named(
      `max_tokens=${outputTokens} cannot be greater than max_model_len=${contextTokensMax}. Please request fewer output tokens.`,
      'max_tokens',
      outputTokens,
    ),
};

/** vLLM repeats at the end which parameter had which value. */
function named(message: string, param: string, value: number | string): Saying {
  return { message: `${message} (parameter=${param}, value=${value})`, param };
}

function refuseProblem({ type, at, message, input, context }: Problem): PlainAnswer {
  const place = at.join('.');
  const added = context === undefined ? '' : `, 'ctx': {'error': '${context}'}`;
  return badRequest({
    message: `1 validation error:\n  {'type': '${type}', 'loc': '${place}', 'msg': '${message}', 'input': ${inputText(input)}${added}}`,
    param: place,
    type: 'Bad Request',
  });
}

/** Only the size of what holds more is told. */
function inputText(input: unknown): string {
  if (Array.isArray(input)) return `'<list of ${input.length} items>'`;
  if (isObject(input)) return `'<dict of ${Object.keys(input).length} items>'`;
  return typeof input === 'string' ? pythonText(input) : `'${pythonText(input)}'`;
}

function badRequest({ message, param, type = 'BadRequestError' }: Saying): PlainAnswer {
  return jsonAnswer(400, vllmError(message, type, 400, param));
}
