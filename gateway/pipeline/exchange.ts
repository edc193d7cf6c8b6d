import type { Dialect } from '../dialects/dialect.ts';
import type { GatewayError } from '../generation/error.ts';
import type { GenerateRequest } from '../generation/request.ts';
import type { QuotaCharge } from '../quota/quota-store.ts';
import type { Recorder } from '../../telemetry/recorder.ts';

/** Headers of an answer, by lower-case name. */
export type ReplyHeaders = Record<string, string | readonly string[]>;

/** The client's side of an exchange, as the pipeline writes to it. */
export interface ClientReply {
  /** The head is out: from here on a failure can only break the answer. */
  readonly started: boolean;
  /** The client closed its connection before the answer was whole. */
  readonly departed: boolean;
  /** Status of the head that is out, or 499 for a client that left before there was one; 0 before both. */
  readonly status: number;
  /** Bytes of body given to the client's connection. */
  readonly bytesSent: number;
  /** Adds a header to the head that is not out yet. */
  addHeader(name: string, value: string): void;
  start(status: number, headers: ReplyHeaders): void;
  /** False asks the caller to stop until the listener's `resumed` is called. */
  write(bytes: Uint8Array | string): boolean;
  /** Ends a whole answer. */
  finish(last?: Uint8Array | string): void;
  /** Sends `last`, then closes the connection under the unfinished answer. */
  break(last?: string): void;
  /** Who is told of the client's doings at the moment; an object and no closures, one a phase. */
  listener: ReplyListener | undefined;
}

/** Told what the client does while it is answered. */
export interface ReplyListener {
  /** The client left; told once, at once. */
  departed(): void;
  /** The client has caught up after `write` said false. */
  resumed(): void;
  /** The gateway itself ends the request, with `error`. */
  turnedOut(error: GatewayError): void;
}

/** What travels with one request through the phases. */
export interface Exchange {
  readonly requestId: string;
  readonly dialect: Dialect;
  /** Path that the client called and the engine is called under. */
  readonly path: string;
  readonly request: GenerateRequest;
  readonly tenant: string;
  /** The tenant's part of what is served while others wait too. */
  readonly tenantWeight: number;
  /** Higher is served earlier. */
  readonly priority: number;
  /** The client's `Authorization`, for the replicas that are told to have it. */
  readonly authorization: string | undefined;
  readonly receivedMs: number;
  readonly deadlineMs: number;
  readonly recorder: Recorder;
  readonly reply: ClientReply;
  /** The client asked to be told which replica answers. */
  readonly namesReplica: boolean;
  /** What its tenant's quota was charged with; `undefined` before, and for a tenant that has none. */
  charge: QuotaCharge | undefined;
}
