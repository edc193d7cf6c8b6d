/** Who is to blame. Only `engine` errors count against a replica. */
export type ErrorSource = 'client' | 'gateway' | 'engine';

/** Every way a request can fail. Part of the API: clients, spans and metrics switch on it. */
export type ErrorCode =
  | 'invalid_request'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'model_not_found'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'request_too_large'
  | 'query_of_death'
  | 'rate_limited'
  | 'saturated'
  | 'no_replica'
  | 'shutting_down'
  | 'engine_unreachable'
  | 'engine_failed'
  | 'engine_timeout'
  | 'client_closed'
  | 'internal';

/** HTTP status of each code, and whom it blames. */
export const errorKinds: Readonly<
  Record<ErrorCode, { readonly status: number; readonly source: ErrorSource }>
> = {
  invalid_request: { status: 400, source: 'client' },
  unauthenticated: { status: 401, source: 'client' },
  forbidden: { status: 403, source: 'client' },
  not_found: { status: 404, source: 'client' },
  model_not_found: { status: 404, source: 'client' },
  method_not_allowed: { status: 405, source: 'client' },
  request_timeout: { status: 408, source: 'client' },
  request_too_large: { status: 413, source: 'client' },
  query_of_death: { status: 422, source: 'client' },
  rate_limited: { status: 429, source: 'client' },
  saturated: { status: 503, source: 'gateway' },
  no_replica: { status: 503, source: 'gateway' },
  shutting_down: { status: 503, source: 'gateway' },
  engine_unreachable: { status: 502, source: 'engine' },
  engine_failed: { status: 502, source: 'engine' },
  engine_timeout: { status: 504, source: 'engine' },
  client_closed: { status: 499, source: 'client' },
  internal: { status: 500, source: 'gateway' },
};

/** What a `GatewayError` may carry beside its code and message. */
export interface GatewayErrorDetails {
  /** Body field at fault, such as `messages[0].role`. */
  readonly param?: string;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
  /** What in particular refused the request, in a word for metrics: a filter, or a verdict's reason. */
  readonly reason?: string;
  readonly cause?: unknown;
}

/** A request's failure, as every room of the gateway throws and reads it. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly source: ErrorSource;
  readonly status: number;
  readonly param: string | undefined;
  /** True only when no byte of the answer can have reached the client. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly reason: string | undefined;

  constructor(code: ErrorCode, message: string, details: GatewayErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.source = errorKinds[code].source;
    this.status = errorKinds[code].status;
    this.param = details.param;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.reason = details.reason;
  }
}
