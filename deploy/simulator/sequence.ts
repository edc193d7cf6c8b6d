import type { SimulatedListener, SimulatedRequest } from './engine.ts';

/** One generation on its way through an engine. Its scheduler moves the mutable fields. */
export class Sequence {
  readonly promptTokens: number;
  /** Output tokens as asked for; budgets reckon with it. */
  readonly outputTokensAsked: number;
  /** Output tokens that will be made: at least one, since a prefill always yields one. */
  readonly outputTokens: number;
  readonly blockHashes: readonly number[];
  readonly listener: SimulatedListener;

  /** `ended` once every token is made or the sequence was taken out. It holds no KV then. */
  phase: 'waiting' | 'running' | 'ended' = 'waiting';
  /** True after an abort: nothing more is told. */
  isAborted = false;
  producedTokens = 0;
  /** Tokens whose KV stands: all but the last one while it decodes. */
  kvTokens = 0;
  /** KV blocks it holds, first block first; stays empty where blocks have no identity. */
  readonly blocks: number[] = [];
  /** Prompt tokens found in the prefix cache when it first ran. */
  cachedTokens = 0;
  /** True from its first step on, also while it waits to be computed again. */
  hasStarted = false;
  /** Tokens made but held back to go out with the next chunk. */
  unsentTokens = 0;
  /** Tokens that the listener was told of. */
  shownTokens = 0;

  constructor(request: SimulatedRequest, listener: SimulatedListener) {
    this.promptTokens = request.promptTokens;
    this.outputTokensAsked = request.outputTokens;
    this.outputTokens = Math.max(1, request.outputTokens);
    this.blockHashes = request.blockHashes;
    this.listener = listener;
  }

  /** Prompt and output tokens so far: what a prefill from the start would compute. */
  get contextTokens(): number {
    return this.promptTokens + this.producedTokens;
  }

  /** Tokens whose KV is still to be computed before the next output token. */
  get uncomputedTokens(): number {
    return this.contextTokens - this.kvTokens;
  }
}
