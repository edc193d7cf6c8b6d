/** One event of a stream. */
export function event(payload: unknown): string {
  return `data: ${JSON.stringify(payload)}\n\n`;
}

/** What ends OpenAI's streams. */
export const doneEvent = 'data: [DONE]\n\n';

/** What is said of a choice in one event. */
export interface ChoiceFacts {
  readonly index?: number;
  readonly finishReason?: string | null;
}

function chatChunk(choices: readonly object[], more: object = {}): string {
  return event({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, choices, ...more });
}

/** An event of a chat that generated `content`. */
export function chatEvent(
  content: string,
  { index = 0, finishReason = null }: ChoiceFacts = {},
): string {
  return chatChunk([{ index, delta: { content }, logprobs: null, finish_reason: finishReason }]);
}

/** The event that opens each choice of a chat and generates nothing. */
export function roleEvent(index = 0): string {
  return chatChunk([{ index, delta: { role: 'assistant', content: '' }, finish_reason: null }]);
}

/** The end of a choice in an event of its own, as SGLang sends it. */
export function finishEvent(finishReason: string, index = 0): string {
  const delta = { reasoning_content: null };
  return chatChunk([{ index, delta, finish_reason: finishReason, matched_stop: null }]);
}

/** The event that tells token counts, 5 of the prompt being cached. */
export function usageEvent(promptTokens: number, outputTokens: number): string {
  return chatChunk([], {
    usage: {
      prompt_tokens: promptTokens,
      total_tokens: promptTokens + outputTokens,
      completion_tokens: outputTokens,
      prompt_tokens_details: { cached_tokens: 5 },
    },
  });
}

/** An engine's failure inside a stream; SGLang's when its queue is full, unless told otherwise. */
export function errorEvent(code: number | string = 503, message = 'The queue is full.'): string {
  return event({ error: { message, type: 'SERVICE_UNAVAILABLE', code } });
}

/** An event of a text completion. */
export function textEvent(
  text: string,
  { index = 0, finishReason = null }: ChoiceFacts = {},
): string {
  const choices = [{ index, text, logprobs: null, finish_reason: finishReason }];
  return event({ id: 'cmpl-1', object: 'text_completion', created: 1, choices, usage: null });
}

/** An event of SGLang's own API: all text so far and the tokens it took. */
export function generateEvent(
  text: string,
  outputTokens: number,
  finishReason: unknown = null,
): string {
  return event({
    text,
    meta_info: {
      id: 'x',
      finish_reason: finishReason,
      prompt_tokens: 3,
      completion_tokens: outputTokens,
      cached_tokens: 2,
    },
  });
}

/** A whole chat of three tokens, with words of two and four bytes. */
export const chatStream: string = [
  roleEvent(),
  chatEvent('Grün'),
  chatEvent(' und'),
  chatEvent(' 🍏', { finishReason: 'stop' }),
  usageEvent(9, 3),
  doneEvent,
].join('');
