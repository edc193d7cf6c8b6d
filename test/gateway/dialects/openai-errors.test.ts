import { APIError } from 'openai';
import { describe, expect, it } from 'vitest';
import {
  encodeOpenAiError,
  encodeOpenAiErrorEvent,
  normaliseOpenAiError,
} from '../../../gateway/dialects/openai-errors.ts';
import type { ErrorCode } from '../../../gateway/generation/error.ts';
import { GatewayError } from '../../../gateway/generation/error.ts';

function normalised(status: number, body: string): unknown {
  return JSON.parse(normaliseOpenAiError(status, Buffer.from(body)).toString());
}

describe('a refusal in OpenAI’s shape', () => {
  const types: readonly (readonly [ErrorCode, string])[] = [
    ['invalid_request', 'invalid_request_error'],
    ['unauthenticated', 'authentication_error'],
    ['forbidden', 'permission_error'],
    ['not_found', 'not_found_error'],
    ['model_not_found', 'not_found_error'],
    ['request_too_large', 'invalid_request_error'],
    ['rate_limited', 'rate_limit_error'],
    ['saturated', 'server_error'],
    ['no_replica', 'server_error'],
    ['shutting_down', 'server_error'],
    ['engine_unreachable', 'server_error'],
    ['engine_failed', 'server_error'],
    ['engine_timeout', 'server_error'],
    ['client_closed', 'invalid_request_error'],
    ['internal', 'server_error'],
  ];

  it.each(types)('for %s has the type %s', (code, type) => {
    const { body } = encodeOpenAiError(new GatewayError(code, 'x'), 'request-1');

    expect(JSON.parse(body)).toMatchObject({ error: { type, code, param: null } });
  });

  it.each([
    ['requests-per-minute', 'requests'],
    ['concurrent-requests', 'requests'],
    ['tokens-per-minute', 'tokens'],
    ['request-over-quota', 'tokens'],
    ['another-reason', 'rate_limit_error'],
  ])('for a quota has the type of what is used up: for %s, %s', (reason, type) => {
    const { body } = encodeOpenAiError(new GatewayError('rate_limited', 'x', { reason }), 'r');

    expect(JSON.parse(body)).toMatchObject({ error: { type, code: 'rate_limited', param: null } });
  });

  it('is read by OpenAI’s own client, field by field', () => {
    const thrown = new GatewayError('model_not_found', 'No such model.', { param: 'model' });
    const { status, body } = encodeOpenAiError(thrown, 'request-1');
    const error = APIError.generate(status, JSON.parse(body) as object, undefined, new Headers());

    expect(error).toMatchObject({
      status: 404,
      code: 'model_not_found',
      param: 'model',
      type: 'not_found_error',
    });
    expect(error.message).toContain('No such model.');
  });

  it('inside a stream is one line, whatever its message holds', () => {
    const event = encodeOpenAiErrorEvent(new GatewayError('engine_failed', 'a\n\nb\r\nc'), 'r');

    expect(event).toMatch(/^data: \{"error":\{"message":"a\\n\\nb\\r\\nc",[^\n]*\}\}\n\n$/);
  });
});

describe('an engine’s error body', () => {
  it('of vLLM’s form passes as it came', () => {
    const body = Buffer.from('{"error":{"message":"No.","code":400}, "more": 1}');

    expect(normaliseOpenAiError(400, body)).toBe(body);
  });

  it.each([
    [
      'flat, as SGLang and old vLLM have it',
      400,
      '{"object":"error","message":"Too long.","type":"BadRequestError","param":"prompt","code":400}',
      { message: 'Too long.', type: 'BadRequestError', param: 'prompt', code: 400 },
    ],
    [
      'a text under error, as SGLang 0.2.14 refuses keys',
      401,
      '{"error":"Unauthorized"}',
      { message: 'Unauthorized', type: 'authentication_error', param: null, code: 401 },
    ],
    [
      'FastAPI’s detail',
      404,
      '{"detail":"Not Found"}',
      { message: 'Not Found', type: 'not_found_error', param: null, code: 404 },
    ],
    [
      'FastAPI’s list of details',
      422,
      '{"detail":[{"loc":["body"],"msg":"x"}]}',
      {
        message: '[{"loc":["body"],"msg":"x"}]',
        type: 'invalid_request_error',
        param: null,
        code: 422,
      },
    ],
    [
      'plain text',
      500,
      'Internal Server Error\n',
      { message: 'Internal Server Error', type: 'server_error', param: null, code: 500 },
    ],
    [
      'a page of some proxy',
      502,
      '<html>Bad Gateway</html>',
      { message: '<html>Bad Gateway</html>', type: 'server_error', param: null, code: 502 },
    ],
    [
      'nothing',
      503,
      '',
      {
        message: 'The engine answered 503 and said nothing.',
        type: 'server_error',
        param: null,
        code: 503,
      },
    ],
    ['a number', 429, '7', { message: '7', type: 'rate_limit_error', param: null, code: 429 }],
    [
      'null under error',
      500,
      '{"error":null,"message":"x"}',
      { message: 'x', type: 'server_error', param: null, code: 500 },
    ],
  ])('that is %s is wrapped', (_what, status, body, error) => {
    expect(normalised(status, body)).toEqual({ error });
  });
});
