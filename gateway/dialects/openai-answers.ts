import type { AnswerEnd } from './dialect.ts';
import { eventKinds, reasonOfAll } from './dialect.ts';

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
  if (isError(event, at)) return eventKinds.error;
  let kinds = 0;
  for (const member of outputMembers) {
    if (holdsText(event, member)) {
      kinds = eventKinds.output;
      break;
    }
  }
  if (isFinish(event)) kinds |= eventKinds.finish;
  if (kinds === 0 && isUsage(event)) kinds = eventKinds.usage;
  return kinds;
}

/** Index of the payload of the event's first `data:` line, or -1 for comments and other fields. */
function dataStart(event: string): number {
  let line = 0;
  while (!event.startsWith('data:', line)) {
    const lineFeed = event.indexOf('\n', line);
    if (lineFeed === -1) return -1;
    line = lineFeed + 1;
  }
  const payload = line + 'data:'.length;
  return event[payload] === ' ' ? payload + 1 : payload;
}

/** Both `{"error": …}` and the flat `{"object": "error", …}` of older engines. */
function isError(event: string, at: number): boolean {
  if (event.startsWith('{"error":', at)) return true;
  return event.startsWith('{"object":"error"', at) || event.startsWith('{"object": "error"', at);
}

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

function isUsage(event: string): boolean {
  if (!event.includes('"usage":{') && !event.includes('"usage": {')) return false;
  return event.includes('"choices":[]') || event.includes('"choices": []');
}

/** Reads the last usage object and the reason of all choices in an event or a whole body. */
export function readOpenAiEnd(text: string): AnswerEnd {
  const usageStart = text.lastIndexOf('"usage":');
  const usage = usageStart === -1 ? '' : text.slice(usageStart);
  const promptTokens = readCount(usage, PROMPT_TOKENS);
  return {
    usage:
      promptTokens === undefined
        ? undefined
        : {
            promptTokens,
            outputTokens: readCount(usage, COMPLETION_TOKENS) ?? 0,
            cachedTokens: readCount(usage, CACHED_TOKENS),
          },
    finishReason: reasonOfAll([...text.matchAll(REASONS)].map(([, reason = '']) => reason)),
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
