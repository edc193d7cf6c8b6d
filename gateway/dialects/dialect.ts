import type { GatewayError } from '../generation/error.ts';
import type { GenerateRequest, Operation, Usage } from '../generation/request.ts';

/**
 * What one event of a streamed answer holds, as bits of one number: a token's way through the
 * gateway allocates no object.
 */
export const eventKinds = {
  /** Text, reasoning or tool arguments that were generated. */
  output: 1,
  /** A choice has ended. */
  finish: 2,
  /** Token counts and no choice. */
  usage: 4,
  /** The end of the stream. */
  done: 8,
  /** The engine failed, whatever follows. */
  error: 16,
} as const;

/** How an engine says that a choice ended badly: the answer is cut, though the stream looks whole. */
export const BROKEN_FINISH_REASONS: ReadonlySet<string> = new Set(['abort', 'error']);

/** The reason that stands for all choices of an answer: a broken one before any other, else the last. */
export function reasonOfAll(reasons: readonly string[]): string | undefined {
  return reasons.find((reason) => BROKEN_FINISH_REASONS.has(reason)) ?? reasons.at(-1);
}

/** The end of an answer, as its last events or its whole body tell it. */
export interface AnswerEnd {
  /** Counts of the whole answer, where the engine tells such. */
  readonly usage: Usage | undefined;
  /** Counts of single choices by their index, where the engine tells each by itself. */
  readonly choiceUsages?: ReadonlyMap<number, Usage> | undefined;
  readonly finishReason: string | undefined;
  /** Choices that ended, where the text tells why. */
  readonly finishedChoices: number;
}

/** How sure it must be that an answer goes on as it would have: exactly so, or as far as text alone tells. */
export type ResumeMode = 'exact' | 'text';

/** How a broken answer can end that was already whole, in the members of an event. */
export interface Finish {
  readonly reason: string;
  /** What stopped it, as JSON; `undefined` where the engine does not tell. */
  readonly stopJson: string | undefined;
}

/** What an event of the rest of an answer holds. */
export interface AnswerPart {
  /** Text, as it stands between the quotes of its JSON; '' for none. */
  readonly literal: string;
  readonly finish: Finish | undefined;
  /** The object of token counts, as JSON. */
  readonly usageJson: string | undefined;
}

/** Makes events as the replica sent them that began the answer: same id, time, model and members. */
export interface EventMold {
  output(literal: string, finish?: Finish): string;
  usage(usageJson: string): string;
}

/** What the rest of an answer is asked for with. */
export interface Rest {
  /** Text that the client has, as it stands between the quotes of its JSON. */
  readonly literal: string;
  /** Token ids of the prompt and of the answer so far; `undefined` where nobody told them. */
  readonly ids: readonly number[] | undefined;
  /** Tokens of the answer so far. */
  readonly answeredTokens: number;
  /** Longest prompt plus output of the model; 0 where it is not known. */
  readonly contextTokensMax: number;
}

/** A request for the rest of an answer. */
export interface RestRequest {
  readonly path: string;
  readonly request: GenerateRequest;
}

/** How a broken stream of a dialect goes on at another replica. */
export interface Resumption {
  /** True where the rest of the answer depends on nothing but its prompt and what came of it. */
  admits(request: GenerateRequest, mode: ResumeMode): boolean;
  /** Texts at which the answer ends. */
  stopsOf(request: GenerateRequest): readonly string[];
  /** What asks for the rest, by ids where there are any; `undefined` where it cannot be asked for. */
  rest(request: GenerateRequest, rest: Rest): RestRequest | undefined;
  /** The mold of an event with output; `undefined` where that is more than plain text. */
  mold(event: string): EventMold | undefined;
  /** Reads an event of the rest. */
  readPart(event: string): AnswerPart;
}

/** An error as the client gets it. */
export interface EncodedError {
  readonly status: number;
  readonly body: string;
}

/** One client-facing API: how it asks, how its answers are read, how it is refused. */
export interface Dialect {
  readonly name: string;
  /** Paths that it answers by POST, and what each asks for; the engine is asked under the same path. */
  readonly paths: ReadonlyMap<string, Operation>;
  /** The only engine that speaks it, or `undefined` where several do. */
  readonly engine: string | undefined;
  /** Reads what the gateway needs of a request. Throws a `GatewayError` of `invalid_request`. */
  decode(body: Buffer, path: string): GenerateRequest;
  /** What a streamed event, given as its text, holds: bits of `eventKinds`, 0 for none of them. */
  classify(event: string): number;
  /** Tokens that a streamed event with output brings its choice to, where it tells; else `undefined`. */
  outputTokensSoFar(event: string): number | undefined;
  /** Index of the choice that a streamed event is of, for dialects that tell its tokens so far. */
  choiceOf(event: string): number;
  /** Reads token counts and the reason from an event or a whole JSON body. */
  readEnd(text: string): AnswerEnd;
  /** Every whole answer is JSON; where it is not, the content type says which ones are. */
  readonly answersInJson: boolean;
  /** The gateway's refusal in the dialect's error shape. */
  encodeError(error: GatewayError, requestId: string): EncodedError;
  /** The same as an event inside a stream. */
  encodeErrorEvent(error: GatewayError, requestId: string): string;
  /** An engine's own error body in the shape that the dialect's clients read; the same bytes if it has it. */
  normaliseError(status: number, body: Buffer): Buffer;
  /** How its broken streams go on; `undefined` where they do not. */
  readonly resumption: Resumption | undefined;
  /** The event that ends a whole stream, for an engine that left it out. */
  readonly doneEvent: string;
}
