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
}

/** The connections to one replica. Holds no state of a request. */
export interface Engine {
  /** Sends one request; its answer's bytes go to `sink` as they come. */
  send(ask: EngineAsk, sink: HttpAnswerSink): HttpExchange;
  /** True where `send` asks for a usage event that the client did not ask for. */
  asksForUsage(request: GenerateRequest): boolean;
  /** Whether the replica takes a connection at this moment. Never rejects. */
  listens(): Promise<boolean>;
  close(): Promise<void>;
}
