import type { GatewayError } from '../generation/error.ts';
import type { EncodedError } from './dialect.ts';

/** OpenAI's `type` of a quota that is used up tells which one, whichever way the gateway bounds it. */
const QUOTA_TYPES: Readonly<Record<string, string>> = {
  'requests-per-minute': 'requests',
  'concurrent-requests': 'requests',
  'tokens-per-minute': 'tokens',
  'request-over-quota': 'tokens',
};

/** OpenAI's `type` for a status, as its SDKs and their users know it. */
function errorType(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 404) return 'not_found_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}

function errorObject(error: GatewayError, requestId: string): object {
  return {
    error: {
      message: error.message,
      type: QUOTA_TYPES[error.reason ?? ''] ?? errorType(error.status),
      param: error.param ?? null,
      code: error.code,
      request_id: requestId,
    },
  };
}

/** A refusal as OpenAI's SDKs read it: `{"error": {message, type, param, code}}`. */
export function encodeOpenAiError(error: GatewayError, requestId: string): EncodedError {
  return { status: error.status, body: JSON.stringify(errorObject(error, requestId)) };
}

/** The same as an event inside a stream; the official SDKs throw on it. */
export function encodeOpenAiErrorEvent(error: GatewayError, requestId: string): string {
  return `data: ${JSON.stringify(errorObject(error, requestId))}\n\n`;
}

/**
 * An engine's error body with its message where the SDKs look for it. vLLM's nested form passes as it
 * is; the flat one (SGLang, vLLM before 0.10.1), plain text, FastAPI's `detail` and nothing are wrapped.
 */
export function normaliseOpenAiError(status: number, body: Buffer): Buffer {
  const text = body.toString('utf8');
  const parsed = parseObject(text);
  const nested = parsed?.['error'];
  if (typeof nested === 'object' && nested !== null) return body;
  const error = {
    message: messageOf(parsed, text) || `The engine answered ${status} and said nothing.`,
    type: typeof parsed?.['type'] === 'string' ? parsed['type'] : errorType(status),
    param: parsed?.['param'] ?? null,
    code: parsed?.['code'] ?? status,
  };
  return Buffer.from(JSON.stringify({ error }));
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    // Plain text is one of the forms that engines answer in.
    return undefined;
  }
}

function messageOf(parsed: Readonly<Record<string, unknown>> | undefined, text: string): string {
  const said = parsed?.['message'] ?? parsed?.['error'] ?? parsed?.['detail'];
  if (typeof said === 'string') return said;
  return said === undefined ? text.trim() : JSON.stringify(said);
}
