import type { Generation, Choice } from '../generation.ts';
import type { GenerationRequest, GenerationShape, RequestRules } from '../generation-request.ts';
import type { GaugeRules } from '../gauges.ts';
import type { LatencyBuckets } from '../observations.ts';
import type { PlainAnswer } from '../plain-answer.ts';
import type { Refusal } from '../refusal.ts';
import type { ReplicaView } from '../replica-view.ts';

/** Writes the event stream of one generation. Every text is whole events, in ASCII. */
export interface StreamFrames {
  /** What goes before a choice's first chunk; '' where that engine sends nothing. */
  opening(choice: Choice): string;
  /** A chunk that is not the last of its choice: tokens `from` up to and without `to`. Called once a chunk. */
  content(choice: Choice, from: number, to: number): string;
  /** The last chunk of a choice; `from` and `to` may be equal. */
  last(choice: Choice, from: number, to: number): string;
  /** What follows when every choice has ended, `[DONE]` included. */
  closing(): string;
}

/** Writes the answers of one route. */
export interface AnswerWriter {
  frames(generation: Generation): StreamFrames;
  /** Body of an answer that is not streamed; every choice has ended. */
  whole(generation: Generation): string;
}

/** What a page may look at besides the replica. */
export interface PageRequest {
  readonly query: URLSearchParams;
  readonly body: string;
  /** The last part of the path, where the route has one that varies. */
  readonly name: string;
}

/** Answers what is not a generation. Throws `RequestRefused` like any reader of a body. */
export type Page = (
  replica: ReplicaView,
  request: PageRequest,
) => PlainAnswer | Promise<PlainAnswer>;

/** What stands behind a method and path. */
export type Route =
  | { readonly kind: 'generation'; readonly shape: GenerationShape }
  | { readonly kind: 'page'; readonly page: Page };

/** Where a refusal or a failure happens, since some engines word it by that. */
export interface RefusedAt {
  readonly path: string;
  readonly shape: GenerationShape | undefined;
  /** The client asked for a stream. */
  readonly stream: boolean;
}

/** A request that fails once it runs. */
export interface Failure {
  readonly message: string;
  /** HTTP status that stands for it. */
  readonly code: number;
}

/** How one engine version speaks. Members hold no state; shared code never asks which one it has. */
export interface Protocol {
  readonly name: string;
  readonly rules: RequestRules;
  /** Routes by `METHOD /path`; a path that ends in `/*` takes whatever follows. */
  readonly routes: Readonly<Record<string, Route>>;
  /** Routes that an embedding model has in place of those that generate. */
  readonly embeddingRoutes: Readonly<Record<string, Route>>;
  /** The response head leaves at once, before the first token is there. */
  readonly headBeforeTokens: boolean;
  readonly gauges: { readonly metrics: GaugeRules; readonly loads: GaugeRules };
  readonly buckets: LatencyBuckets;
  /** True for paths that ask for the API key when there is one. */
  guards(path: string): boolean;
  /** Id of a generation; `client` is the client's own name for it, `random` 32 hexadecimal digits. */
  nameGeneration(request: GenerationRequest, client: string | undefined, random: string): string;
  /** Model name shown in the answer. */
  shownModel(request: GenerationRequest, served: string): string;
  /** Tokens that a request may make after a prompt; throws `RequestRefused` when it does not fit. */
  fitOutput(request: GenerationRequest, promptTokens: number, contextTokensMax: number): number;
  /** True when a new request finds the queue full. */
  isFull(replica: ReplicaView): boolean;
  refuse(refusal: Refusal, at: RefusedAt, replica: ReplicaView): PlainAnswer;
  unauthorized(): PlainAnswer;
  /** Writers of the routes that it has. */
  readonly writers: Readonly<Partial<Record<GenerationShape, AnswerWriter>>>;
  /** Headers of a generation's answer, beside type and length. */
  headers(generation: Generation): Readonly<Record<string, string>>;
  /** The data of an error event inside a stream. */
  errorEvent(failure: Failure, shape: GenerationShape): string;
  /** The answer to a generation that failed before its head was sent. */
  failure(failure: Failure, shape: GenerationShape): PlainAnswer;
}
