import type { Prompt } from '../prompt.ts';

/** What is asked of an engine, before it takes the shape of an API. */
export interface Ask {
  readonly model: string;
  readonly prompt: Prompt;
  readonly outputTokens: number;
  /** Asks the engine to go on to the full length, whatever it would say. */
  readonly ignoreEndOfSequence: boolean;
  /** Asks for the engine's own token counts at the end of the stream. */
  readonly usage: boolean;
}

/** Token counts as an engine tells them. */
export interface ToldUsage {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** What one event of a stream holds for the client's clocks. */
export interface EventReading {
  /** Text of the event; all text so far where `isCumulative`. */
  readonly text: string;
  /** Tokens so far, where the API tells that with each event. */
  readonly tokensSoFar: number | undefined;
  readonly usage: ToldUsage | undefined;
}

/** One API that a benchmark can be run against: how it is asked, and what its events hold. */
export interface WireFormat {
  readonly name: string;
  readonly path: string;
  /** True where each event repeats the text of those before it. */
  readonly isCumulative: boolean;
  /** True where a gap is shared out among the tokens that a chunk adds. */
  readonly sharesGaps: boolean;
  /** True where prompts can be sent as token ids. */
  readonly takesTokenIds: boolean;
  body(ask: Ask): Readonly<Record<string, unknown>>;
  /** Reads the payload of one `data:` line, JSON as latin-1 text. */
  read(payload: string): EventReading;
}
