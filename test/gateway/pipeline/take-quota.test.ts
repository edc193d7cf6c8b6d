import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../gateway/generation/error.ts';
import type { GenerateRequest, PromptSize } from '../../../gateway/generation/request.ts';
import { takeQuota } from '../../../gateway/pipeline/take-quota.ts';
import { BYTES_PER_TOKEN_MAX } from '../../../gateway/pipeline/token-estimator.ts';
import { MemoryQuotas, type NamedQuota } from '../../../gateway/quota/memory-quotas.ts';
import { ManualClock } from '../../support/clock.ts';
import { type AnExchange, anExchange, chatBody, decoded } from '../../support/exchange.ts';

const size = { promptTokens: 40, expectedOutputTokens: 19.5 };

/** The door of one tenant, `anyone`, at a moment of `clock`. */
function aDoor(limits: Omit<NamedQuota, 'name'>, clock = new ManualClock(500)) {
  const quotas = new MemoryQuotas([{ name: 'anyone', ...limits }]);
  const ask = (facts: Partial<AnExchange> = {}): AnExchange => {
    const exchange = anExchange(facts);
    takeQuota(exchange, size, { quotas, clock });
    return exchange;
  };
  /** Asks as one who is refused: its error, and the headers beside it. */
  const refused = (facts: Partial<AnExchange> = {}) => {
    const exchange = anExchange(facts);
    try {
      takeQuota(exchange, size, { quotas, clock });
    } catch (error) {
      return { error, headers: headersOf(exchange), charge: exchange.charge };
    }
    throw new Error('it was let in');
  };
  return { clock, quotas, ask, refused };
}

function headersOf({ reply }: AnExchange): unknown {
  reply.start(200, {});
  return reply.head?.headers;
}

/** A chat whose prompt was measured so. */
function withPrompt(prompt: PromptSize, members: object = {}): GenerateRequest {
  return { ...decoded({ ...chatBody, ...members }), prompt };
}

describe('a request at its tenant’s quota', () => {
  it('is charged with its prompt and the answer that is expected, and tells its client what is left', () => {
    const { ask } = aDoor({ requestsPerMinute: 60, tokensPerMinute: 600 });
    const exchange = ask();

    expect(exchange.charge).toBeDefined();
    expect(headersOf(exchange)).toEqual({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-limit-tokens': '600',
      'x-ratelimit-remaining-tokens': '540',
      'x-ratelimit-reset-tokens': '6s',
    });
  });

  it('is charged nothing, and told nothing, where the tenant has none', () => {
    const { ask } = aDoor({ requestsPerMinute: 1 });
    const exchange = ask({ tenant: 'somebody' });

    expect(exchange.charge).toBeUndefined();
    expect(headersOf(exchange)).toEqual({});
  });

  it('is refused where it is used up, and told to the millisecond when to come back', () => {
    const { ask, refused, clock } = aDoor({ requestsPerMinute: 7 });
    for (let count = 0; count < 7; count += 1) ask();
    const { error, headers, charge } = refused();

    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({
      code: 'rate_limited',
      reason: 'requests-per-minute',
      retryAfterMs: 8_572,
    });
    expect(headers).toMatchObject({
      'retry-after-ms': '8572',
      'x-ratelimit-remaining-requests': '0',
    });
    expect(headers).not.toHaveProperty('x-should-retry');
    expect(charge).toBeUndefined();
    clock.advance(8_572);
    expect(ask().charge).toBeDefined();
  });

  it('is told not to come back where the ids of its prompt are more than a minute’s tokens', () => {
    const request = withPrompt({ tokens: 40, textBytes: 160 });
    expect(aDoor({ tokensPerMinute: 40 }).ask({ request }).charge).toBeDefined();
    const { error, headers } = aDoor({ tokensPerMinute: 39 }).refused({ request });

    expect(error).toMatchObject({ reason: 'request-over-quota', retryAfterMs: undefined });
    expect(headers).toMatchObject({ 'x-should-retry': 'false' });
    expect(headers).not.toHaveProperty('retry-after-ms');
  });

  it('is never refused for good by what was guessed of a text, and charged with a full bucket at most', () => {
    const { ask, refused, quotas } = aDoor({ tokensPerMinute: 39 });
    expect(ask().charge).toBeDefined();

    expect(quotas.standings(500)[0]?.standing.tokens?.used).toBe(39);
    expect(refused().error).toMatchObject({ reason: 'tokens-per-minute', retryAfterMs: 60_000 });
  });

  it('is told not to come back with a text that is too long whatever its tokens are', () => {
    const tooLong = (textBytes: number) => ({
      request: withPrompt({ tokens: undefined, textBytes }),
    });
    const { ask, refused } = aDoor({ tokensPerMinute: 10 });

    expect(refused(tooLong(11 * BYTES_PER_TOKEN_MAX)).error).toMatchObject({
      reason: 'request-over-quota',
    });
    expect(ask(tooLong(11 * BYTES_PER_TOKEN_MAX - 1)).charge).toBeDefined();
  });

  it('takes in any case no more than it is reckoned at', () => {
    const request = withPrompt({ tokens: undefined, textBytes: 100 * BYTES_PER_TOKEN_MAX });

    expect(aDoor({ tokensPerMinute: 60 }).ask({ request }).charge).toBeDefined();
  });

  it('counts its answer in too where that runs to its maximum by order', () => {
    const endless = (body: object) => ({
      request: withPrompt({ tokens: 40, textBytes: 160 }, { ...body, ignore_eos: true }),
    });

    expect(aDoor({ tokensPerMinute: 60 }).ask(endless({ max_tokens: 20 })).charge).toBeDefined();
    expect(aDoor({ tokensPerMinute: 59 }).refused(endless({ max_tokens: 20 })).error).toMatchObject(
      { reason: 'request-over-quota' },
    );
    expect(aDoor({ tokensPerMinute: 59 }).ask(endless({})).charge).toBeDefined();
    expect(aDoor({ tokensPerMinute: 59 }).ask().charge).toBeDefined();
  });
});
