import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';

import { says } from '../support/live/answers.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { openAi, recordedOpenAi } from '../support/live/openai.ts';

/** A house whose clients, without keys, may use so much. */
function aLimitedHouse(limits: object): Promise<LiveHouse> {
  return aHouse({ settings: { tenants: [{ name: 'anonymous', ...limits }] } });
}

function chatOf({ replica }: LiveHouse, outputTokens = 2) {
  return { model: replica.model, messages: says('Hello'), max_tokens: outputTokens };
}

type RateLimited = InstanceType<typeof OpenAI.RateLimitError>;

/** The official client's error where the gateway answers 429. */
async function rateLimited(call: PromiseLike<unknown>): Promise<RateLimited> {
  try {
    await call;
  } catch (error) {
    if (error instanceof OpenAI.RateLimitError) return error;
    throw error;
  }
  throw new Error('it was let in');
}

describe('the official client of a tenant with a quota', () => {
  it('reads what is left, of whole answers and of streams', async () => {
    await using house = await aLimitedHouse({ requestsPerMinute: 3, tokensPerMinute: 1_000 });
    const { completions } = openAi(house.gateway).chat;

    const whole = await completions.create(chatOf(house)).withResponse();
    const stream = await completions.create({ ...chatOf(house), stream: true }).withResponse();
    for await (const chunk of stream.data) expect(chunk.object).toBe('chat.completion.chunk');

    const left = [whole, stream].map(({ response: { headers } }) => ({
      limit: headers.get('x-ratelimit-limit-requests'),
      remaining: headers.get('x-ratelimit-remaining-requests'),
      tokens: headers.get('x-ratelimit-limit-tokens'),
    }));
    expect(left).toEqual([
      { limit: '3', remaining: '2', tokens: '1000' },
      { limit: '3', remaining: '1', tokens: '1000' },
    ]);
    expect(whole.response.headers.get('x-ratelimit-reset-tokens')).toMatch(/^[\d.]+m?s$/);
    await expectAllReleased(house);
  });

  it('throws a RateLimitError that says which limit and when to come back', async () => {
    await using house = await aLimitedHouse({ requestsPerMinute: 1 });
    const { completions } = openAi(house.gateway).chat;
    await completions.create(chatOf(house));

    const error = await rateLimited(completions.create(chatOf(house)));

    expect(error).toMatchObject({ status: 429, type: 'requests', code: 'rate_limited' });
    expect(error.message).toContain('of 1 requests a minute 1 are used');
    expect(error.headers.get('retry-after')).toMatch(/^(?:60|5\d)$/);
    expect(Number(error.headers.get('retry-after-ms'))).toBeLessThanOrEqual(60_000);
    expect(error.headers.get('x-ratelimit-remaining-requests')).toBe('0');
    await expectAllReleased(house);
    await expect(house.replica.received()).resolves.toHaveLength(1);
    const counted = { error_type: 'rate_limited', reason: 'requests-per-minute' };
    await expect(house.gateway.counted('refusals', counted)).resolves.toBe(1);
  });

  it('comes back by itself when it has been told to, and is answered', async () => {
    // A request flows in every half second: soon after the allowance is used up, one waits for that.
    await using house = await aLimitedHouse({ requestsPerMinute: 120 });
    const { client, sent } = recordedOpenAi(house.gateway, { maxRetries: 1 });
    const ask = () => client.chat.completions.create(chatOf(house, 1));
    await Promise.all(Array.from({ length: 120 }, ask));

    let answers = 120;
    while (sent.length === answers && answers < 200) {
      expect((await ask()).choices).toHaveLength(1);
      answers += 1;
    }

    expect(sent).toHaveLength(answers + 1);
    await expectAllReleased(house);
    await expect(house.gateway.counted('refusals')).resolves.toBe(1);
  });

  it('does not come back with what never fits', async () => {
    await using house = await aLimitedHouse({ tokensPerMinute: 20 });
    const { client, sent } = recordedOpenAi(house.gateway, { maxRetries: 2 });

    const prompt = Array.from({ length: 21 }, (_, id) => id);
    const error = await rateLimited(
      client.completions.create({ model: house.replica.model, prompt, max_tokens: 2 }),
    );

    expect(error).toMatchObject({ status: 429, type: 'tokens' });
    expect(error.message).toContain('Request too large: it takes at least 21 tokens, and 20 a');
    expect(sent).toHaveLength(1);
  });

  it('may have so many requests open, streams included, and one more when one has ended', async () => {
    await using house = await aLimitedHouse({ concurrentRequests: 1 });
    const { completions } = openAi(house.gateway).chat;
    const stream = await completions.create({ ...chatOf(house, 8_000), stream: true });

    const error = await rateLimited(completions.create(chatOf(house)));
    expect(error.headers.get('retry-after')).toBe('1');
    stream.controller.abort();
    await expectAllReleased(house);

    expect((await completions.create(chatOf(house))).choices).toHaveLength(1);
  });
});

describe('the admin port', () => {
  it('shows what a tenant has used, by the engine’s own count', async () => {
    await using house = await aLimitedHouse({ tokensPerMinute: 60, concurrentRequests: 7 });
    const { usage } = await openAi(house.gateway).chat.completions.create(chatOf(house, 150));

    const { quotas } = await house.gateway.empty();

    expect(quotas).toMatchObject([
      { tenant: 'anonymous', tokens: { limit: 60 }, concurrent: { limit: 7, open: 0 } },
    ]);
    const used = quotas[0]?.tokens?.used;
    expect(used).toBeLessThanOrEqual(usage?.total_tokens ?? 0);
    // It was let in for 60 at most; one token a second is there again.
    expect(used).toBeGreaterThan(100);
    expect(quotas[0]?.requests).toBeUndefined();
  });
});
