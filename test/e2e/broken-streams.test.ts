import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { chatPrompt, readStream, rightWords, says } from '../support/live/answers.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import { postJson } from '../support/live/raw.ts';
import { presetsOfProtocols } from '../support/live/replica.ts';

/** Tokens of every answer, were it whole. */
const TOKENS = 16;

/** Before the first token, after it, in the middle, before the last one, and after it but before the finish. */
const moments = [0, 1, 2, 9, TOKENS - 1, TOKENS];

const faults: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'closes the connection in order': { kind: 'die', how: 'fin' },
  'resets the connection': { kind: 'die', how: 'rst' },
  'ends its stream as if all were well': { kind: 'clean-end' },
  'aborts the generation': { kind: 'abort' },
  'sends an error event': { kind: 'error-event' },
  'sends bytes that are no answer': { kind: 'garbage' },
};

const cases = Object.keys(faults).flatMap((what) => moments.map((at) => ({ what, at })));

const messages = says('Tell me a story about a bridge.');
const prompt = 'A bridge is';

describe.each(presetsOfProtocols.filter((preset) => preset.startsWith('sglang')))(
  'when %s, asked by its own API,',
  (preset) => {
    it.each(Object.keys(faults))('%s, no client takes it for an answer', async (what) => {
      await using house = await aHouse({ replicas: [{ preset }] });
      const sampling_params = { max_new_tokens: TOKENS, ignore_eos: true };
      await house.replica.fails({ ...faults[what], at: 3 });

      for (const stream of [true, false]) {
        const body = { text: prompt, sampling_params, stream };
        const answer = await postJson(`${house.gateway.url}/generate`, body);
        if (answer.status !== 200) expect([500, 502]).toContain(answer.status);
        else if (stream) await expect(answer.text()).rejects.toThrow('terminated');
        // Whole, and no JSON: no client can read it.
        else await expect(answer.json()).rejects.toThrow(SyntaxError);
      }
      await expectAllReleased(house);
    });
  },
);

describe.each(presetsOfProtocols)('when %s', (preset) => {
  let house: LiveHouse;

  beforeAll(async () => {
    house = await aHouse({ replicas: [{ preset }] });
  });

  afterEach(() => house.replica.heals());

  afterAll(async () => {
    await expectAllReleased(house);
    await house[Symbol.asyncDispose]();
  });

  it.each(cases)('$what after $at tokens, the client of a stream throws', async ({ what, at }) => {
    const { chat, completions } = openAi(house.gateway);
    const body = withExtras({
      model: house.replica.model,
      max_tokens: TOKENS,
      stream: true as const,
    });
    await house.replica.fails({ ...faults[what], at });

    const chats = await readStream(chat.completions.create({ ...body, messages }));
    const texts = await readStream(completions.create({ ...body, prompt }));

    for (const { context, stream } of [
      { context: chatPrompt(messages), stream: chats },
      { context: prompt, stream: texts },
    ]) {
      const words = rightWords(context, stream.text);
      // The engine may have made its last token before it heard of the abort.
      if (what === 'aborts the generation' && at >= TOKENS - 1 && words === TOKENS) continue;
      // Nothing is missing but the word for it, where ids tell that all tokens have come.
      if (at === TOKENS && stream.thrown === undefined) {
        expect([words, stream.finishReason]).toEqual([TOKENS, 'length']);
        continue;
      }
      expect(stream.thrown).toBeInstanceOf(Error);
      expect(stream.finishReason).toBeUndefined();
      expect(words).toBeLessThanOrEqual(at);
    }
  });

  it.each(cases)('$what after $at tokens, the client of a whole answer throws', async (fault) => {
    const { what, at } = fault;
    const { chat, completions } = openAi(house.gateway);
    const body = withExtras({ model: house.replica.model, max_tokens: TOKENS });
    await house.replica.fails({ ...faults[what], at });

    const answers = await Promise.allSettled([
      chat.completions.create({ ...body, messages }),
      completions.create({ ...body, prompt }),
    ]);

    for (const answer of answers) {
      if (what === 'aborts the generation' && at >= TOKENS - 1 && answer.status === 'fulfilled') {
        expect(answer.value.usage?.completion_tokens).toBe(TOKENS);
      } else {
        expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(Error) });
      }
    }
  });
});
