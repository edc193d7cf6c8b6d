import type { ToldUsage } from './wire-formats/wire-format.ts';

/**
 * What one request came to, on the client's clock. Times are milliseconds as they would be at speed
 * 1, whatever the speed of the run.
 */
export interface RequestResult {
  /** Place in the workload. */
  readonly index: number;
  /** HTTP 200 and no error while reading; an answer that ends early still counts. */
  readonly succeeded: boolean;
  /** Why not, in the engine's words or the connection's; empty on success. */
  readonly error: string;
  /** Length of the prompt by the data set. */
  readonly promptTokens: number;
  /** Length of the answer by the rule set: as asked (0.2.14), or as the engine told. 0 on failure. */
  readonly outputTokens: number;
  /** Tokens in the text that came back: as the engine counts, else words. */
  readonly retokenizedTokens: number;
  /** When it was sent, from the start of the run. */
  readonly startMs: number;
  /** TTFT: sent to first text; 0 where no text came. */
  readonly timeToFirstTokenMs: number;
  /** ITL: the gaps between chunks with text, in order. */
  readonly interTokenMs: Float64Array;
  /** E2E: sent to the last line; 0 on failure. */
  readonly endToEndMs: number;
  /** The answer, where it was kept. */
  readonly text: string;
  /** Token counts that the engine told of this request. */
  readonly usage: ToldUsage | undefined;
  /** Replica that answered, where it is known. */
  readonly replica: string | undefined;
  /** By which the gateway knows it, where it told. */
  readonly requestId?: string | undefined;
}
