import { hashText } from './hash-chain.ts';
import { markers, tokenize, vocabularySize } from './tokens.ts';

/** One message as a chat template sees it. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string | readonly ContentPart[];
}

/** A part of a message that is more than text: what is not text is known by its JSON. */
export interface ContentPart {
  readonly type: string;
  readonly text?: string;
  /** What makes an image or another part itself; equal keys are equal parts. */
  readonly key: string;
}

/** How the conversation is to go on. */
export interface ChatOptions {
  /** Opens a turn of the assistant after the last message. */
  readonly addGenerationPrompt: boolean;
  /** Leaves the last message open, so that the answer goes on inside it. */
  readonly continueFinalMessage: boolean;
  /** JSON of the tools on offer; '' when there are none. */
  readonly tools: string;
}

/** Tokens of one image, as in a common vision encoder (24 × 24 patches). */
const IMAGE_TOKENS = 576;

/** Ids of a conversation: a mark for each role, the text, and a mark at each end. */
export function chatTokens(messages: readonly ChatMessage[], options: ChatOptions): number[] {
  const ids: number[] = options.tools === '' ? [] : tokenize(options.tools);
  for (const [index, message] of messages.entries()) {
    ids.push(roleMarker(message.role));
    for (const id of contentTokens(message.content)) ids.push(id);
    const isOpen = options.continueFinalMessage && index === messages.length - 1;
    if (!isOpen) ids.push(markers.endOfTurn);
  }
  if (options.addGenerationPrompt && !options.continueFinalMessage) ids.push(markers.assistant);
  return ids;
}

function contentTokens(content: ChatMessage['content']): number[] {
  if (typeof content === 'string') return tokenize(content);
  return content.flatMap((part) => {
    if (part.text !== undefined) return tokenize(part.text);
    return new Array<number>(IMAGE_TOKENS).fill(hashText(part.key) % vocabularySize);
  });
}

function roleMarker(role: string): number {
  if (role === 'system' || role === 'developer') return markers.system;
  if (role === 'user') return markers.user;
  if (role === 'assistant') return markers.assistant;
  return markers.tool;
}
