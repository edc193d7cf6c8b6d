import { asciiJson } from '../ascii-json.ts';
import { derivedId } from '../derived-id.ts';
import {
  cachedTokensOf,
  completionTokensOf,
  type Generation,
  promptTokensOf,
} from '../generation.ts';
import { usageCounts, usageObject } from './json-pieces.ts';

/** The usage object of an answer of SGLang 0.5.23 that is not streamed. */
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

/** The usage event of SGLang 0.2.14, without object and time and under an id of its own. */
export function sglang02UsageEvent(generation: Generation): string {
  const id = derivedId(generation.id, 'usage');
  const counts = usageCounts(promptTokensOf(generation), completionTokensOf(generation));
  return `data: {"id":${asciiJson(id)},"model":${asciiJson(generation.model)},"choices":[],"usage":{${counts}}}\n\n`;
}
