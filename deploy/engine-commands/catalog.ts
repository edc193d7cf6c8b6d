import type { EngineCommand } from './engine-command.ts';
import { llamaCpp } from './llama-cpp.ts';
import { sglang } from './sglang.ts';
import { templateCommand, unknownTemplateWords } from './template.ts';
import { vllm } from './vllm.ts';

export { templateCommand, unknownTemplateWords };

/** Every engine whose command is known; any other is started by a template. */
export const engineCommands: readonly EngineCommand[] = [sglang, vllm, llamaCpp];
