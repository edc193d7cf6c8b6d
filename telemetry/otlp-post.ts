import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { rejectedSpans } from './partial-success.ts';

/** What a collector did with one batch. */
export type PostOutcome =
  | { readonly kind: 'taken'; readonly rejectedSpans: number }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'unreachable'; readonly retryAfterMs: number | undefined };

/** Sends one export request. It never rejects. */
export interface OtlpPost {
  post(body: Uint8Array): Promise<PostOutcome>;
  /** Closes idle connections. */
  close(): void;
}

/** A collector that takes longer counts as unreachable. */
const POST_TIMEOUT_MS = 5_000;

/** Answers are empty, or a count and a sentence; what is longer is not read. */
const ANSWER_BYTES_MAX = 4096;

/** Statuses after which OTLP/HTTP lets a client try again (opentelemetry-proto, docs/specification.md). */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Path that the OTLP specification appends to a base URL. */
const TRACES_PATH = '/v1/traces';

/** Opens the way to an OTLP/HTTP collector, given its base URL or the full one of its traces. */
export function openOtlpPost(
  endpoint: string,
  headers: Readonly<Record<string, string>> = {},
): OtlpPost {
  const url = tracesUrl(endpoint);
  const isSecure = url.protocol === 'https:';
  const agentOptions = { keepAlive: true, maxSockets: 1 };
  const agent = isSecure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const send = isSecure ? httpsRequest : httpRequest;
  return {
    post: (body) =>
      new Promise((resolve) => {
        const request = send(url, {
          method: 'POST',
          agent,
          timeout: POST_TIMEOUT_MS,
          headers: {
            ...headers,
            'content-type': 'application/x-protobuf',
            'content-length': body.byteLength,
          },
        });
        settle(request, resolve);
        request.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** The URL that traces are posted to. */
export function tracesUrl(endpoint: string): URL {
  const url = new URL(endpoint);
  const path = url.pathname.replace(/\/+$/u, '');
  url.pathname = path.endsWith(TRACES_PATH) ? path : `${path}${TRACES_PATH}`;
  return url;
}

function settle(request: ClientRequest, resolve: (outcome: PostOutcome) => void): void {
  const unreachable = (): void => resolve({ kind: 'unreachable', retryAfterMs: undefined });
  request.on('timeout', () => request.destroy());
  request.on('error', unreachable);
  request.on('close', unreachable);
  request.on('response', (response) => {
    readAnswer(response, (answer) => resolve(outcomeOf(response, answer)));
  });
}

function readAnswer(response: IncomingMessage, done: (answer: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes <= ANSWER_BYTES_MAX) chunks.push(chunk);
  });
  response.on('end', () => done(Buffer.concat(chunks)));
}

function outcomeOf(response: IncomingMessage, answer: Buffer): PostOutcome {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return { kind: 'taken', rejectedSpans: rejectedSpans(answer) };
  if (!RETRYABLE.has(status)) return { kind: 'refused', status };
  const retryAfterSeconds = Number(response.headers['retry-after'] ?? Number.NaN);
  return {
    kind: 'unreachable',
    retryAfterMs: Number.isFinite(retryAfterSeconds) ? retryAfterSeconds * 1000 : undefined,
  };
}
