import type { GenerateRequest } from '../generation/request.ts';
import type { HttpAnswerSink, HttpExchange } from '../wire/http-client.ts';

/** What goes to an engine with one request, beside the client's bytes. */
export interface EngineAsk {
  readonly path: string;
  readonly requestId: string;
  readonly request: GenerateRequest;
  /** Model id as the replica knows it. */
  readonly model: string | undefined;
  /** The client's own `Authorization`; used only where the replica is told to get it. */
  readonly authorization: string | undefined;
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  /** Asks for token ids beside the text; only where `tellsTokenIds`. */
  readonly asksForTokenIds: boolean;
}

/** The connections to one replica. Holds no state of a request. */
export interface Engine {
  /** Sends one request; its answer's bytes go to `sink` as they come. */
  send(ask: EngineAsk, sink: HttpAnswerSink): HttpExchange;
  /** True where `send` asks for a usage event that the client did not ask for. */
  asksForUsage(request: GenerateRequest): boolean;
  /** True where its version can tell the token ids of prompt and answer in a stream of this kind. */
  tellsTokenIds(request: GenerateRequest): boolean;
  /** True where its version goes on with a last message that is left open, or with a prompt of text. */
  continuesText(request: GenerateRequest): boolean;
  /** The text of token ids; `undefined` where it does not tell within a second. Never rejects. */
  detokenize(ids: readonly number[], model: string | undefined): Promise<string | undefined>;
  /** Whether the replica takes a connection at this moment. Never rejects. */
  listens(): Promise<boolean>;
  close(): Promise<void>;
}
