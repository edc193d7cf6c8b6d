import type { Engine } from './engine.ts';
import type { EngineKind, ReadPage } from './engine-kind.ts';
import { llamaCpp } from './llama-cpp.ts';
import { openai } from './openai.ts';
import type { OpenAiHttpOptions } from './openai-http.ts';
import { OpenAiHttpEngine } from './openai-http.ts';
import type { ProbeResult } from './probe.ts';
import { probe } from './probe.ts';
import { sglang } from './sglang.ts';
import { vllm } from './vllm.ts';

export type { EnginePage, LoadReading, LoadSource, ReadPage } from './engine-kind.ts';
export { MODELS_PATH, readModels } from './model-page.ts';
export { askForToken } from './one-token.ts';
export type { PostPage, TokenAnswer } from './one-token.ts';
export type { FoundEngine, ProbeResult } from './probe.ts';

/** Every engine's name. */
export const engineNames = ['sglang', 'vllm', 'llama-cpp', 'openai'] as const;

/** Name of an engine. */
export type EngineName = (typeof engineNames)[number];

const kinds: Readonly<Record<EngineName, EngineKind>> = {
  sglang,
  vllm,
  'llama-cpp': llamaCpp,
  openai,
};

/** Asks what answers behind `readPage`; a named engine is taken at its word. Never rejects. */
export function probeEngine(
  readPage: ReadPage,
  named: EngineName | undefined,
  signal: AbortSignal,
): Promise<ProbeResult> {
  // In the order of the names: what speaks OpenAI's API and is none of the others comes last.
  const known = engineNames.map((name) => kinds[name]);
  return probe(readPage, known, named === undefined ? undefined : kinds[named], signal);
}

/** Opens the connections to a replica, by the protocol that its engine speaks. */
export function openEngine(options: OpenAiHttpOptions): Engine {
  return new OpenAiHttpEngine(options);
}
