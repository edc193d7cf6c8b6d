import type { GenerationShape } from '../generation-request.ts';
import { eventsAnswer, jsonAnswer, type PlainAnswer, textAnswer } from '../plain-answer.ts';
import { pythonFloat } from '../python-text.ts';
import type { Refusal } from '../refusal.ts';
import type { ReplicaView } from '../replica-view.ts';
import type { Failure, RefusedAt } from './protocol.ts';

/** A refusal in the words of SGLang 0.2.14: what its models do not parse is a plain 500, the rest comes inside the stream. */
export function refuseAsSglang02(
  refusal: Refusal,
  { shape, stream }: RefusedAt,
  { preset }: ReplicaView,
): PlainAnswer {
  const message = valueError(refusal, preset.contextTokensMax);
  if (message === undefined) return unparsed(shape);
  if (shape === 'generate') {
    const error = { error: { message } };
    return stream ? eventsAnswer(spacedJson(error)) : jsonAnswer(400, error);
  }
  const error = flatError(message, 'BadRequestError', 400);
  return stream ? eventsAnswer(spacedJson({ error })) : jsonAnswer(400, error);
}

/** The data of an error inside a stream. */
export function sglang02ErrorEvent({ message, code }: Failure, shape: GenerationShape): string {
  if (shape === 'generate') return spacedJson({ error: { message } });
  return spacedJson({ error: flatError(message, 'InternalServerError', code) });
}

/** What the engine itself refuses; `undefined` for what never got so far. */
function valueError(refusal: Refusal, contextTokensMax: number): string | undefined {
  if (refusal.kind === 'prompt-too-long') {
    return `The input (${refusal.promptTokens} tokens) is longer than the model's context length (${contextTokensMax} tokens).`;
  }
  if (refusal.kind === 'no-prompt') return 'Either text or input_ids should be provided.';
  if (refusal.kind !== 'below-minimum') return undefined;
  const { field, found } = refusal;
  if (field === 'temperature')
    return `temperature must be non-negative, got ${pythonFloat(found)}.`;
  return `${field} must be at least 0, got ${found}.`;
}

function unparsed(shape: GenerationShape | undefined): PlainAnswer {
  return shape === 'generate'
    ? jsonAnswer(422, {
        detail: [{ type: 'value_error', loc: ['body'], msg: 'Value error', input: {} }],
      })
    : textAnswer(500, 'Internal Server Error');
}

function flatError(message: string, type: string, code: number): Readonly<Record<string, unknown>> {
  return { object: 'error', message, type, param: null, code };
}

/** JSON with the blanks of Python's own writer. Texts hold no `":` or `,"`, so the blanks fall between members. */
function spacedJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('":', '": ').replaceAll(',"', ', "');
}
