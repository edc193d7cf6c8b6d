import {
  cachedTokensOf,
  completionTokensOf,
  type Generation,
  promptTokensOf,
} from '../generation.ts';
import { usageObject } from './json-pieces.ts';

/** The usage object of an answer that is not streamed. */
export function sglangUsage(generation: Generation): Readonly<Record<string, unknown>> {
  return {
    ...usageObject(promptTokensOf(generation), completionTokensOf(generation)),
    prompt_tokens_details: { cached_tokens: cachedTokensOf(generation) },
    reasoning_tokens: 0,
    completion_tokens_details: null,
  };
}

/** Which weights made which tokens: one version made all. */
export function weightVersions(
  generation: Generation,
): readonly { version: string; start: number; end: number }[] {
  return [{ version: 'default', start: 0, end: completionTokensOf(generation) }];
}
