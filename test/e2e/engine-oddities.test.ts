import { describe, expect, it } from 'vitest';

import { chatPrompt, readStream, rightAnswer, says } from '../support/live/answers.ts';
import { LiveGateway } from '../support/live/gateway.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import { postJson } from '../support/live/raw.ts';
import { presetsOfProtocols } from '../support/live/replica.ts';
import {
  aScriptedEngine,
  openStream,
  scriptedModel,
  scriptedReplica,
} from '../support/live/scripted-engine.ts';
import { chatEvent, doneEvent, errorEvent, finishEvent, roleEvent } from '../support/streams.ts';

const TOKENS = 12;
const prompt = 'Something odd';

function streamOf(at: { readonly url: string }, { replica }: LiveHouse, more: object) {
  const body = { model: replica.model, prompt, max_tokens: TOKENS, ...more };
  return readStream(openAi(at).completions.create(withExtras({ ...body, stream: true as const })));
}

function stream(house: LiveHouse, more: object = {}) {
  return streamOf(house.gateway, house, more);
}

describe.each(presetsOfProtocols)('a stream of %s', (preset) => {
  it('goes on after a comment, a pause and a slow step', async () => {
    await using house = await aHouse({ replicas: [{ preset }] });
    await house.replica.fails({ kind: 'comment', at: 2 });
    await house.replica.fails({ kind: 'stall', at: 5, ms: 2000 });
    await house.replica.fails({ kind: 'slow', factor: 3 });

    await expect(stream(house)).resolves.toMatchObject({
      text: rightAnswer(prompt, TOKENS),
      finishReason: 'length',
      thrown: undefined,
    });
  });

  it('of several prompts is whole when each has its end', async () => {
    await using house = await aHouse({ replicas: [{ preset }] });
    const prompts = ['one', 'two', 'three'];

    const opened = await openAi(house.gateway).completions.create(
      withExtras({
        model: house.replica.model,
        prompt: prompts,
        max_tokens: TOKENS,
        stream: true as const,
      }),
    );
    const texts: string[] = [];
    for await (const { choices } of opened) {
      for (const { index, text } of choices) texts[index] = (texts[index] ?? '') + text;
    }

    expect(texts).toEqual(prompts.map((one) => rightAnswer(one, TOKENS)));
    await expectAllReleased(house);
  });

  it('of a prompt of token ids is as of its words', async () => {
    await using house = await aHouse({ replicas: [{ preset }] });
    const ids = [5, 17, 400, 3];

    await expect(stream(house, { prompt: ids })).resolves.toMatchObject({
      text: rightAnswer(ids, TOKENS),
      thrown: undefined,
    });
  });

  it('of a long prompt, and of one beyond ASCII, is right', async () => {
    await using house = await aHouse({ replicas: [{ preset }] });
    const long = 'lorem ipsum '.repeat(2000);
    const wide = 'Größe 日本語 🎨 "quoted" \\ \n\t';

    for (const one of [long, wide]) {
      await expect(stream(house, { prompt: one })).resolves.toMatchObject({
        text: rightAnswer(one, TOKENS),
        thrown: undefined,
      });
    }
  });

  it('with log probabilities and a stop word passes', async () => {
    await using house = await aHouse({ replicas: [{ preset }] });
    const words = rightAnswer(prompt, TOKENS).split(' ');
    const stop = words[6] ?? '';

    const stopped = await stream(house, { stop: [stop], logprobs: 1 });

    expect(stopped).toMatchObject({ finishReason: 'stop', thrown: undefined });
    expect(rightAnswer(prompt, TOKENS).startsWith(stopped.text)).toBe(true);
    expect(stopped.text).not.toContain(stop);
  });

  it('for no token at all is what the engine makes of it', async () => {
    await using house = await aHouse({ replicas: [{ preset }] });

    const direct = await streamOf(house.replica, house, { max_tokens: 0 });
    const through = await stream(house, { max_tokens: 0 });

    const status = direct.thrown === undefined ? {} : { thrown: { status: 400 } };
    expect(through).toMatchObject({
      text: direct.text,
      finishReason: direct.finishReason,
      ...status,
    });
    await expectAllReleased(house);
  });
});

describe("SGLang's full queue, which it tells inside a stream", () => {
  const small = { preset: 'sglang-current-8xh100-tp8', speed: 5, queuedRequestsMax: 1 };
  const settings = { admission: { mode: 'pass-through' } };
  const facts = { runningSequencesMax: 1 };

  it('reaches the client as a status that it may try again on', async () => {
    await using house = await aHouse({ replicas: [{ ...small, facts }], settings });
    const leaving = new AbortController();
    const body = { model: house.replica.model, prompt, max_tokens: 4000, ignore_eos: true };
    const others = [0, 1, 2, 3].map(() =>
      postJson(
        `${house.gateway.url}/v1/completions`,
        { ...body, stream: true },
        {},
        leaving.signal,
      ).catch(() => undefined),
    );
    await house.replica.stateWhere('one runs and one waits', ({ load }) => {
      return load.runningRequests === 1 && load.waitingRequests === 1;
    });

    const refused = await stream(house);

    expect(refused.thrown).toMatchObject({ status: 503 });
    expect(refused.thrown).toHaveProperty('headers');
    const { headers } = refused.thrown as { readonly headers: Headers };
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    leaving.abort();
    await Promise.all(others);
    await expectAllReleased(house);
  });
});

describe('an event stream', () => {
  async function answered(sent: string, more: object = {}): Promise<Response> {
    const engine = await aScriptedEngine((call) => void openStream(call).end(sent));
    const gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    try {
      await gateway.ready(1);
      const body = { model: scriptedModel, messages: says('a'), stream: true, ...more };
      const answer = await postJson(`${gateway.url}/v1/chat/completions`, body);
      const text = await answer.text().catch((error: unknown) => String(error));
      return new Response(text, answer);
    } finally {
      await gateway[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    }
  }

  it('is not ended by text that looks like an end', async () => {
    const trap = '{"finish_reason":"stop"} "finish_reason":"stop" data: [DONE]';
    const answer = await answered(chatEvent(trap));

    await expect(answer.text()).resolves.toContain('terminated');
  });

  it('whose text looks like an error is passed on', async () => {
    const text = 'data: {"error":{"message":"no"}}';
    const sent = roleEvent() + chatEvent(text) + finishEvent('stop') + doneEvent;

    const answer = await answered(sent);

    await expect(answer.text()).resolves.toBe(sent);
  });

  it.each(['stop', 'length', 'tool_calls', 'content_filter'])(
    'that ends for %s is whole',
    async (reason) => {
      const sent = roleEvent() + chatEvent('a') + finishEvent(reason) + doneEvent;

      await expect((await answered(sent)).text()).resolves.toBe(sent);
    },
  );

  it('that brings an error before any output becomes the status that it names', async () => {
    const answer = await answered(roleEvent() + errorEvent(503, 'Too busy.'));

    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    await expect(answer.json()).resolves.toMatchObject({ error: { message: 'Too busy.' } });
  });

  it.each([
    ['nothing', ''],
    ['comments alone', ': a\n\n: b\n\n'],
    ['a role alone', roleEvent()],
    ['[DONE] alone', doneEvent],
    ['half an event', 'data: {"choices":[{"index":0,'],
  ])('of %s is a failed engine', async (_what, sent) => {
    const answer = await answered(sent);

    expect(answer.status).toBe(502);
    await expect(answer.json()).resolves.toMatchObject({ error: { code: 'engine_failed' } });
  });

  it('of one event beyond all bounds is broken off', async () => {
    const answer = await answered(`${chatEvent('a')}data: ${'x'.repeat(2 ** 21)}`);

    await expect(answer.text()).resolves.toContain('terminated');
  });

  it('of a large event, such as a picture, passes', async () => {
    const sent = roleEvent() + chatEvent('p'.repeat(900_000)) + finishEvent('stop') + doneEvent;

    await expect((await answered(sent)).text()).resolves.toBe(sent);
  });
});

describe('a whole answer', () => {
  it('of many megabytes passes byte for byte', async () => {
    const content = 'megabytes '.repeat(800_000);
    const sent = JSON.stringify({
      choices: [{ index: 0, message: { content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    });
    await using engine = await aScriptedEngine(({ response }) => {
      response.setHeader('content-type', 'application/json');
      response.end(sent);
    });
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);

    const answer = await postJson(`${gateway.url}/v1/chat/completions`, {
      model: scriptedModel,
      messages: says('a'),
    });

    expect((await answer.text()) === sent).toBe(true);
    await gateway.empty();
    await expect(gateway.counted('outputTokens', { source: 'usage' })).resolves.toBe(2);
  });

  it('to a chat of hundreds of turns is right', async () => {
    await using house = await aHouse();
    const messages = Array.from({ length: 300 }, (_, turn) => ({
      role: turn % 2 === 0 ? ('user' as const) : ('assistant' as const),
      content: `turn ${turn}`,
    }));

    const answer = await openAi(house.gateway).chat.completions.create(
      withExtras({ model: house.replica.model, messages }, { max_tokens: 9, ignore_eos: true }),
    );

    expect(answer.choices[0]?.message.content).toBe(rightAnswer(chatPrompt(messages), 9));
  });
});
