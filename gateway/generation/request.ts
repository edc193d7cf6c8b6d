import type { JsonMember } from '../wire/json-members.ts';

/** What an engine is asked to do, in OpenTelemetry's GenAI words where they have one. */
export type Operation =
  | 'chat'
  | 'text_completion'
  | 'generate_content'
  | 'embeddings'
  | 'tokenize'
  | 'detokenize'
  | 'rerank'
  | 'score';

/** How long a prompt is, before any engine has counted its tokens. */
export interface PromptSize {
  /** Tokens, where the prompt came as token ids. */
  readonly tokens: number | undefined;
  /** Bytes of prompt text, JSON escapes and braces included, images left out. */
  readonly textBytes: number;
}

/** What routing and telemetry need to know of a request, and the client's own bytes. */
export interface GenerateRequest {
  readonly operation: Operation;
  /** As the client named it; `undefined` where the dialect lets a request name none. */
  readonly model: string | undefined;
  readonly stream: boolean;
  readonly prompt: PromptSize;
  readonly outputTokensMax: number | undefined;
  /** The output runs to `outputTokensMax`, whatever the model says. */
  readonly ignoresEndOfSequence: boolean;
  /** Prompts that are answered, each by equally many choices. */
  readonly prompts: number;
  /** Answers that must each finish: prompts times `n`. */
  readonly choices: number;
  /** The client asked for usage in the stream. */
  readonly wantsUsage: boolean;
  /** The body as it came. An engine of the same dialect gets these bytes. */
  readonly body: Buffer;
  /**
   * Members of `body` that make up the prompt, in the order in which the engine computes them; none where
   * there are several prompts, or nothing that a prefix cache could hold.
   */
  readonly promptMembers: readonly JsonMember[];
  /** Top-level members of `body`, for splicing. */
  readonly members: readonly JsonMember[];
}

/** Token counts as an engine told them. */
export interface Usage {
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number | undefined;
}
