import type { Engine } from './engine.ts';
import type { OpenAiHttpOptions } from './openai-http.ts';
import { OpenAiHttpEngine } from './openai-http.ts';

/** Opens the connections to a replica, by the protocol that its engine speaks. */
export function openEngine(options: OpenAiHttpOptions): Engine {
  return new OpenAiHttpEngine(options);
}
