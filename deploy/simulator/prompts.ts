import { BodyFields, isListOf, isObject } from './body-fields.ts';
import { type ChatMessage, chatTokens, type ContentPart } from './chat-template.ts';
import { RequestRefused } from './refusal.ts';
import { detokenize, markers, tokenize, vocabularySize } from './tokens.ts';

/** Most prompts of one request; more are not read. */
const PROMPTS_MAX = 2048;

/** One prompt, in tokens. */
export interface Prompt {
  readonly ids: readonly number[];
  /** As text; only asked for when it is to be echoed. */
  text(): string;
}

/** The prompts of a body, one or more; throws `RequestRefused` when there is none or the engine would not run it. */
export function readPrompts(
  fields: BodyFields,
  shape: 'chat' | 'completions' | 'generate',
  unknownTokens: 'refused' | 'fatal',
): readonly Prompt[] {
  if (shape === 'chat') return [readChatPrompt(fields)];
  const field = shape === 'generate' ? generateField(fields) : 'prompt';
  const value = fields.raw(field);
  if (value === undefined) return fields.missing(field);
  const prompts = promptsOf(value);
  if (prompts === undefined) {
    throw new RequestRefused({ kind: 'bad-type', field, expected: 'prompt', found: value });
  }
  if (unknownTokens === 'refused') requireKnownTokens(prompts);
  return prompts.slice(0, PROMPTS_MAX);
}

function generateField(fields: BodyFields): string {
  if (fields.raw('input_ids') !== undefined) return 'input_ids';
  if (fields.raw('text') !== undefined) return 'text';
  throw new RequestRefused({ kind: 'no-prompt' });
}

/** A text, texts, ids or lists of ids; `undefined` for anything else, an empty list included. */
function promptsOf(value: unknown): readonly Prompt[] | undefined {
  if (typeof value === 'string') return [promptOfText(value)];
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const members: readonly unknown[] = value;
  if (isListOf(members, 'number')) return [promptOfIds(members)];
  const prompts = members.map(promptOf);
  return prompts.every((prompt) => prompt !== undefined) ? prompts : undefined;
}

function promptOf(value: unknown): Prompt | undefined {
  if (typeof value === 'string') return promptOfText(value);
  return isListOf(value, 'number') && value.length > 0 ? promptOfIds(value) : undefined;
}

/** The first id that no vocabulary entry has, or `undefined`. */
export function findUnknownToken(prompts: readonly Prompt[]): number | undefined {
  for (const { ids } of prompts) {
    const unknown = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabularySize);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

function requireKnownTokens(prompts: readonly Prompt[]): void {
  const token = findUnknownToken(prompts);
  if (token !== undefined) throw new RequestRefused({ kind: 'unknown-token', token });
}

/** A prompt of ids. */
export function promptOfIds(ids: readonly number[]): Prompt {
  return { ids, text: () => detokenize(ids) };
}

/** A prompt of text; an empty one is the token that begins every text. */
export function promptOfText(text: string): Prompt {
  const ids = text === '' ? [markers.endOfTurn] : tokenize(text);
  return { ids, text: () => text };
}

/** Ids of the conversation in a chat body, as the engine's chat template would make them. */
export function readChatPrompt(fields: BodyFields): Prompt {
  const messages = fields.list('messages');
  if (messages === undefined) return fields.missing('messages');
  if (messages.length === 0) throw new RequestRefused({ kind: 'no-messages' });
  return promptOfIds(
    chatTokens(messages.map(readMessage), {
      addGenerationPrompt: fields.flag('add_generation_prompt') ?? true,
      continueFinalMessage: fields.flag('continue_final_message') ?? false,
      tools: toolsText(fields),
    }),
  );
}

function readMessage(value: unknown): ChatMessage {
  const fields = isObject(value) ? new BodyFields(value) : refuseMessage(value);
  const content = fields.raw('content') ?? '';
  const role = fields.text('role') ?? 'user';
  const calls = fields.list('tool_calls');
  const calling = calls === undefined ? '' : JSON.stringify(calls);
  if (typeof content === 'string') return { role, content: content + calling };
  if (!Array.isArray(content)) return refuseMessage(value);
  return { role, content: content.map(readPart) };
}

function readPart(value: unknown): ContentPart {
  if (!isObject(value)) return refuseMessage(value);
  const type = typeof value['type'] === 'string' ? value['type'] : 'text';
  const key = JSON.stringify(value);
  return typeof value['text'] === 'string' ? { type, text: value['text'], key } : { type, key };
}

function refuseMessage(found: unknown): never {
  throw new RequestRefused({ kind: 'bad-type', field: 'messages', expected: 'dictionary', found });
}

function toolsText(fields: BodyFields): string {
  const tools = fields.list('tools');
  return tools === undefined ? '' : JSON.stringify(tools);
}
