import type { Answer, Finish } from './answer.ts';
import type { GenerationRequest } from './generation-request.ts';
import type { Prompt } from './prompts.ts';

/** One answer among those that a request gets: one for each prompt, times `n`. */
export interface Choice {
  /** Its place in the answer: prompt by prompt, `n` choices each. */
  readonly index: number;
  /** The id that its frames carry; some engines name each prompt apart. */
  readonly id: string;
  /** The same as JSON: some engines send it in every frame. */
  readonly idJson: string;
  readonly prompt: Prompt;
  readonly answer: Answer;
}

/** When the parts of a generation came, in engine milliseconds; `undefined` until they have. */
export interface Milestones {
  readonly receivedMs: number;
  readonly firstTokenMs: number | undefined;
  readonly lastTokenMs: number | undefined;
}

/** A request that is being answered, as a protocol sees it while it writes. */
export interface Generation {
  readonly id: string;
  /** Name of the HTTP request, for engines that send it back in a header. */
  readonly requestId: string;
  readonly createdSeconds: number;
  /** The model's name, as this engine shows it. */
  readonly model: string;
  readonly request: GenerationRequest;
  readonly choices: readonly Choice[];
  /** Wall seconds of `receivedMs`, for engines that tell the time of day. */
  readonly receivedSeconds: number;
  milestones(): Milestones;
  /** Prompt tokens that a prefix cache held, once the prefill has run. */
  cachedTokens(choice: Choice): number;
  /** How a choice ended, or would: an abort may come before its planned end. */
  finish(choice: Choice): Finish;
  /** Tokens of a choice that are part of the answer so far. */
  tokens(choice: Choice): number;
}

/** Tokens of all prompts, each counted once whatever `n` is. */
export function promptTokensOf({ choices, request }: Generation): number {
  let tokens = 0;
  for (const choice of choices) {
    if (choice.index % request.choicesPerPrompt === 0) tokens += choice.prompt.ids.length;
  }
  return tokens;
}

/** Tokens of all answers so far. */
export function completionTokensOf(generation: Generation): number {
  return generation.choices.reduce((sum, choice) => sum + generation.tokens(choice), 0);
}

/** Prompt tokens of all prompts that a prefix cache held. */
export function cachedTokensOf(generation: Generation): number {
  const { choices, request } = generation;
  const firsts = choices.filter((choice) => choice.index % request.choicesPerPrompt === 0);
  return firsts.reduce((sum, choice) => sum + generation.cachedTokens(choice), 0);
}
