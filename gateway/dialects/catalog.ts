import type { Dialect } from './dialect.ts';
import { openAiCalls } from './openai-calls.ts';
import { openAiChat } from './openai-chat.ts';
import { openAiCompletions } from './openai-completions.ts';
import { sglangGenerate } from './sglang-generate.ts';

/** The dialect of paths that belong to none: its error shape is the one that most clients read. */
export const commonDialect: Dialect = openAiChat;

/** Every API that the gateway's clients may speak. */
export const dialects: readonly Dialect[] = [
  openAiChat,
  openAiCompletions,
  sglangGenerate,
  openAiCalls,
];
