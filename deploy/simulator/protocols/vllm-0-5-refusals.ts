import { jsonAnswer, type PlainAnswer } from '../plain-answer.ts';
import { pythonFloat } from '../python-text.ts';
import { type Refusal, type RefusalTable, sayRefusal } from '../refusal.ts';
import type { ReplicaView } from '../replica-view.ts';
import type { RefusedAt } from './protocol.ts';
import { findProblem, problemText } from './pydantic-problem.ts';

/** The flat error object of vLLM 0.5.5. */
export function vllm05Error(
  message: string,
  type: string,
  code: number,
): Readonly<Record<string, unknown>> {
  return { object: 'error', message, type, param: null, code };
}

/** A refusal in the words of vLLM 0.5.5. */
export function refuseAsVllm05(
  refusal: Refusal,
  _at: RefusedAt,
  { preset }: ReplicaView,
): PlainAnswer {
  if (refusal.kind === 'unknown-model') {
    const message = `The model \`${refusal.model}\` does not exist.`;
    return jsonAnswer(404, vllm05Error(message, 'NotFoundError', 404));
  }
  const problem = findProblem(refusal);
  const message =
    problem === undefined
      ? sayRefusal(sayings, refusal, preset.contextTokensMax)
      : `[${problemText(problem)}]`;
  return jsonAnswer(400, vllm05Error(message ?? refusal.kind, 'BadRequestError', 400));
}

const sayings: RefusalTable<string> = {
  'usage-without-stream': () =>
    "[{'type': 'value_error', 'loc': ('body',), 'msg': 'Value error, Stream options can only be defined when `stream=True`.'}]",
  'below-minimum': ({ field, found, minimum }) =>
    field === 'temperature'
      ? `temperature must be non-negative, got ${pythonFloat(found)}.`
      : `${field} must be at least ${minimum}, got ${found}.`,
  'unknown-token': ({ token }) => `Token id ${token} is out of vocabulary`,
  'prompt-too-long': ({ promptTokens }, contextTokensMax) =>
    `This model's maximum context length is ${contextTokensMax} tokens. However, you requested ${promptTokens} tokens in the messages, Please reduce the length of the messages.`,
  'total-too-long': ({ promptTokens, outputTokens }, contextTokensMax) =>
    `This model's maximum context length is ${contextTokensMax} tokens. However, you requested ${promptTokens + outputTokens} tokens (${promptTokens} in the messages, ${outputTokens} in the completion). Please reduce the length of the messages or completion.`,
};
