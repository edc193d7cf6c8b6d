import { asciiJson } from '../ascii-json.ts';
import { derivedId } from '../derived-id.ts';
import { completionTokensOf, type Generation, promptTokensOf } from '../generation.ts';
import { usageCounts } from './json-pieces.ts';

/** The usage event of SGLang 0.2.14, without object and time and under an id of its own. */
export function sglang02UsageEvent(generation: Generation): string {
  const id = derivedId(generation.id, 'usage');
  const counts = usageCounts(promptTokensOf(generation), completionTokensOf(generation));
  return `data: {"id":${asciiJson(id)},"model":${asciiJson(generation.model)},"choices":[],"usage":{${counts}}}\n\n`;
}
