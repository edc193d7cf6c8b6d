import { dataStart } from '../wire/sse.ts';
import type { AnswerEnd } from './dialect.ts';
import { eventKinds, reasonOfAll } from './dialect.ts';
import type { BareEvent } from './bare-event.ts';
import { readBareEvent } from './bare-event.ts';

/** The event that ends every OpenAI stream. */
export const OPENAI_DONE_EVENT = 'data: [DONE]\n\n';

/**
 * What one event of an OpenAI stream holds, by looking for the members that matter in its text.
 *
 * Inside a JSON string every quote is escaped, so `"finish_reason":` with bare quotes can only be a
 * member: no generated text can imitate one, and nothing needs to be parsed.
 */
export function classifyOpenAiEvent(event: string, outputMembers: readonly string[]): number {
  const at = event.startsWith('data: ') ? 6 : dataStart(event);
  if (at === -1) return 0;
  if (event.startsWith('[DONE]', at)) return eventKinds.done;
  let kinds = 0;
  for (const member of outputMembers) {
    if (holdsText(event, member)) {
      kinds = eventKinds.output;
      break;
    }
  }
  if (isFinish(event)) kinds |= eventKinds.finish;
  return kinds === 0 && !CHOICE.test(event) ? KINDS_OF_BARE[readBareEvent(event, at)] : kinds;
}

/** The first choice of an event; counts on each event stand beside one. */
const CHOICE = /"choices":\s*\[\s*\{/;

const KINDS_OF_BARE: Readonly<Record<BareEvent, number>> = {
  error: eventKinds.error,
  usage: eventKinds.usage,
  other: 0,
};

/** True when `"member":` is followed by a non-empty string or list. */
function holdsText(event: string, member: string): boolean {
  let at = event.indexOf(member);
  while (at !== -1) {
    let value = at + member.length;
    if (event[value] === ' ') value += 1;
    const open = event[value];
    if (open === '"' && event[value + 1] !== '"') return true;
    if (open === '[' && event[value + 1] !== ']') return true;
    at = event.indexOf(member, value);
  }
  return false;
}

const FINISH_REASON = '"finish_reason":';

function isFinish(event: string): boolean {
  let at = event.indexOf(FINISH_REASON);
  while (at !== -1) {
    const value = at + FINISH_REASON.length;
    if (event[event[value] === ' ' ? value + 1 : value] === '"') return true;
    at = event.indexOf(FINISH_REASON, value);
  }
  return false;
}

/** Reads the last usage object and the reason of all choices in an event or a whole body. */
export function readOpenAiEnd(text: string): AnswerEnd {
  const usageStart = text.lastIndexOf('"usage":');
  const usage = usageStart === -1 ? '' : text.slice(usageStart);
  const promptTokens = readCount(usage, PROMPT_TOKENS);
  const reasons = [...text.matchAll(REASONS)].map(([, reason = '']) => reason);
  return {
    usage:
      promptTokens === undefined
        ? undefined
        : {
            promptTokens,
            outputTokens: readCount(usage, COMPLETION_TOKENS) ?? 0,
            cachedTokens: readCount(usage, CACHED_TOKENS),
          },
    finishReason: reasonOfAll(reasons),
    finishedChoices: reasons.length,
  };
}

const PROMPT_TOKENS = /"prompt_tokens":\s*(\d+)/;
const COMPLETION_TOKENS = /"completion_tokens":\s*(\d+)/;
const CACHED_TOKENS = /"cached_tokens":\s*(\d+)/;
const REASONS = /"finish_reason":\s*"([^"\\]{1,64})"/g;

function readCount(text: string, pattern: RegExp): number | undefined {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
