import { describe, expect, it } from 'vitest';
import { checkAnswer, expectedAnswer } from '../../../deploy/simulator/words.ts';
import { chunkedBody, postText, RawClient } from '../../support/raw-client.ts';
import { eventData, parsedEvents } from '../../support/simulator.ts';
import { SimulatedServer } from '../../support/simulated-server.ts';

const vllm = 'vllm-current-8xh100-tp8';
const vllmOld = 'vllm-0.5.5-8xh100-tp8';
const sglang = 'sglang-current-8xh100-tp8';
const sglangOld = 'sglang-0.2.14-8xh100-tp8';
const all = [vllm, vllmOld, sglang, sglangOld];

const prompt = 'able about above';
const completion = { model: 'm', prompt, max_tokens: 20, ignore_eos: true };
const streamed = { ...completion, stream: true };
const endless = { ...streamed, max_tokens: 8000 };

function textOf(stream: string): string {
  return parsedEvents(stream)
    .map((event) => (event as { choices: { text?: string }[] }).choices[0]?.text ?? '')
    .join('');
}

describe.each(all)('a generation of %s', (preset) => {
  it('streams exactly the words that follow', async () => {
    await using server = await SimulatedServer.start(preset);
    const { status, headers, text } = await server.post('/v1/completions', streamed);

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(checkAnswer({ prompt }, textOf(text))).toEqual({ words: 20 });
    expect(eventData(text).at(-1)).toBe('[DONE]');
  });

  it('says the same when it is not streamed', async () => {
    await using server = await SimulatedServer.start(preset);
    const { headers, text } = await server.post('/v1/completions', completion);
    const { choices, usage } = JSON.parse(text) as {
      choices: { text: string }[];
      usage: object;
    };

    expect(headers.get('content-type')).toBe('application/json');
    expect(choices[0]?.text).toBe(expectedAnswer({ prompt }, 20));
    expect(usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 20, total_tokens: 23 });
  });

  it('goes on with an answer that was broken off', async () => {
    await using server = await SimulatedServer.start(preset);
    const begun = expectedAnswer({ prompt }, 7);
    const { text } = await server.post('/v1/completions', {
      ...streamed,
      prompt: prompt + begun,
      max_tokens: 13,
    });

    expect(checkAnswer({ prompt }, begun + textOf(text))).toEqual({ words: 20 });
  });

  it('takes the tokens of a prompt for the prompt', async () => {
    await using server = await SimulatedServer.start(preset);
    const { text } = await server.post('/v1/completions', { ...streamed, prompt: [256, 1, 2] });

    expect(textOf(text)).toBe(expectedAnswer({ prompt }, 20));
  });

  it('answers each of many at once with its own words', async () => {
    await using server = await SimulatedServer.start(preset);
    const prompts = Array.from({ length: 40 }, (_, index) => `able ${index}`);
    const checks = await Promise.all(
      prompts.map(async (one) => {
        const { text } = await server.post('/v1/completions', { ...streamed, prompt: one });
        return checkAnswer({ prompt: one }, textOf(text));
      }),
    );

    expect(checks).toEqual(prompts.map(() => ({ words: 20 })));
  });

  it('is out of the engine when its client leaves, long before its end', async () => {
    await using server = await SimulatedServer.start(preset, { speed: 1 });
    const client = new RawClient(server.url).send(postText('/v1/completions', endless));
    await client.until('data: ');
    const leftAtMs = performance.timeOrigin + performance.now();
    client.socket.destroy();
    const state = await server.stateThat(({ aborted }) => aborted === 1);

    // How soon is timed where nothing else runs beside it: test/e2e/departures.test.ts.
    expect(state.lastAbortAtMs).toBeGreaterThanOrEqual(leftAtMs);
    expect(state.tokens).toBeLessThan(8000);
    expect(state.openGenerations).toBe(0);
    expect(state.load).toMatchObject({ runningRequests: 0, usedTokens: 0 });
  });

  it('is out of the engine when a client that was to get it whole leaves', async () => {
    await using server = await SimulatedServer.start(preset, { speed: 1 });
    const body = { ...endless, stream: false };
    const client = new RawClient(server.url).send(postText('/v1/completions', body));
    await server.stateThat(({ openGenerations }) => openGenerations === 1);
    client.socket.destroy();

    expect(await server.stateThat(({ aborted }) => aborted === 1)).toMatchObject({
      openGenerations: 0,
    });
  });

  it('takes a half-closed client for one that has left', async () => {
    await using server = await SimulatedServer.start(preset, { speed: 1 });
    const client = new RawClient(server.url).send(postText('/v1/completions', endless));
    await client.until('data: ');
    client.socket.end();

    expect(await server.stateThat(({ aborted }) => aborted === 1)).toMatchObject({
      openGenerations: 0,
    });
  });
});

describe('the head of a stream', () => {
  it.each([vllm, vllmOld, sglangOld])('of %s comes before its first token', async (preset) => {
    await using server = await SimulatedServer.start(preset);
    await server.fault({ kind: 'stall', at: 0 });
    const client = new RawClient(server.url).send(postText('/v1/completions', streamed));
    await client.until('\r\n\r\n');

    expect(client.text).toContain('HTTP/1.1 200 OK');
    client.socket.destroy();
  });

  it(`of ${sglang} waits for its first event`, async () => {
    await using server = await SimulatedServer.start(sglang);
    await server.fault({ kind: 'stall', at: 0 });
    const client = new RawClient(server.url).send(postText('/v1/completions', streamed));
    await server.stateThat(({ tokens }) => tokens >= 20);

    expect(client.text).toBe('');
    client.socket.destroy();
  });

  it(`of ${vllm} gives the client’s name for the request back`, async () => {
    await using server = await SimulatedServer.start(vllm);
    const named = await server.post('/v1/completions', streamed, { 'x-request-id': 'mine' });
    const unnamed = await server.post('/v1/completions', completion);

    expect(named.headers.get('x-request-id')).toBe('mine');
    expect(named.text).toContain('"id":"cmpl-mine"');
    expect(unnamed.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('a chat', () => {
  const messages = [{ role: 'user', content: 'able' }];
  const chat = { model: 'm', messages, max_tokens: 12, ignore_eos: true };

  interface Chat {
    readonly choices: readonly { readonly message: { readonly content: string } }[];
  }

  it.each([vllm, sglang])('of %s goes on inside its last message', async (preset) => {
    await using server = await SimulatedServer.start(preset);
    const whole = JSON.parse((await server.post('/v1/chat/completions', chat)).text) as Chat;
    const content = whole.choices[0]?.message.content ?? '';
    const begun = content.split(' ').slice(0, 6).join(' ');
    const { text } = await server.post('/v1/chat/completions', {
      ...chat,
      messages: [...messages, { role: 'assistant', content: begun }],
      max_tokens: 7,
      continue_final_message: true,
      add_generation_prompt: false,
    });
    const rest = (JSON.parse(text) as Chat).choices[0]?.message.content ?? '';

    expect(begun + rest).toBe(content);
  });

  it(`of ${sglangOld} knows nothing of ignoring its end`, async () => {
    await using server = await SimulatedServer.start(sglangOld);
    const { status, text } = await server.post('/v1/chat/completions', {
      ...chat,
      max_tokens: 4000,
      max_completion_tokens: 2,
    });

    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
  });

  it(`of ${vllmOld} is refused for a field that it does not know`, async () => {
    await using server = await SimulatedServer.start(vllmOld);
    const { status, text } = await server.post('/v1/chat/completions', {
      ...chat,
      max_completion_tokens: 2,
    });

    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({
      message: expect.stringContaining(
        "'extra_forbidden', 'loc': ('body', 'max_completion_tokens')",
      ),
    });
  });
});

describe('no output tokens', () => {
  const nothing = { ...streamed, max_tokens: 0 };

  it.each([vllm, vllmOld])('are refused by %s, for a stream too', async (preset) => {
    await using server = await SimulatedServer.start(preset);
    const { status, text } = await server.post('/v1/completions', nothing);

    expect(status).toBe(400);
    expect(text).toContain('max_tokens must be at least 1, got 0.');
  });

  it(`are one token to ${sglangOld}`, async () => {
    await using server = await SimulatedServer.start(sglangOld);
    const { text } = await server.post('/v1/completions', nothing);

    expect(textOf(text)).toBe(expectedAnswer({ prompt }, 1));
    expect(parsedEvents(text)).toMatchObject([{ choices: [{ finish_reason: 'length' }] }]);
  });

  it(`are none to ${sglang} in a chat, and refused in a completion`, async () => {
    await using server = await SimulatedServer.start(sglang);
    const messages = [{ role: 'user', content: 'able' }];
    const chat = await server.post('/v1/chat/completions', { model: 'm', messages, max_tokens: 0 });

    expect((await server.post('/v1/completions', nothing)).status).toBe(400);
    expect(JSON.parse(chat.text)).toMatchObject({
      choices: [{ message: { content: '' }, finish_reason: 'length' }],
      usage: { completion_tokens: 0 },
    });
  });
});

describe('a full queue', () => {
  it(`of ${vllm} is a 503, for a stream too`, async () => {
    await using server = await SimulatedServer.start(vllm, { queuedRequestsMax: 1, speed: 1 });
    const client = new RawClient(server.url).send(postText('/v1/completions', endless));
    await client.until('data: ');
    const { status, text } = await server.post('/v1/completions', streamed);
    const { text: metrics } = await server.get('/metrics');

    expect(status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({ error: { type: 'Service Unavailable', code: 503 } });
    expect(metrics).toContain('reason="max_num_queued_reqs"} 1.0');
    client.socket.destroy();
  });

  it(`of ${sglang} is a 200 with an error in it, for a stream`, async () => {
    await using server = await SimulatedServer.start(sglang, { queuedRequestsMax: 0 });
    const stream = await server.post('/v1/completions', streamed);
    const whole = await server.post('/v1/completions', completion);

    expect(stream.status).toBe(200);
    expect(parsedEvents(stream.text)).toMatchObject([{ error: { code: 503 } }]);
    expect(whole.status).toBe(503);
    expect((await server.state()).generations).toBe(0);
  });
});

describe('a prompt with a token that no vocabulary has', () => {
  const deadly = { ...completion, prompt: [999_999] };

  it.each([
    [vllm, 400],
    [vllmOld, 400],
    [sglangOld, 500],
  ])('is refused by %s with %d', async (preset, status) => {
    await using server = await SimulatedServer.start(preset);

    expect((await server.post('/v1/completions', deadly)).status).toBe(status);
  });

  it(`kills ${sglang}, and everybody else’s streams with it`, async () => {
    await using server = await SimulatedServer.start(sglang, { speed: 1 });
    const bystander = new RawClient(server.url).send(postText('/v1/completions', endless));
    await bystander.until('data: ');
    const killer = new RawClient(server.url).send(postText('/v1/completions', deadly));

    expect(await killer.closed()).toEqual({ text: '', ending: 'rst' });
    expect((await bystander.closed()).ending).toBe('rst');
    expect(await server.state()).toMatchObject({ restarts: 1, openGenerations: 0 });
  });
});

describe('a body', () => {
  it.each([vllm, vllmOld, sglang])('of another type is refused by %s', async (preset) => {
    await using server = await SimulatedServer.start(preset);
    const answer = await server.post('/v1/completions', completion, {
      'content-type': 'text/plain',
    });

    expect(answer.status).toBe(400);
  });

  it(`of another type is read by ${sglangOld}`, async () => {
    await using server = await SimulatedServer.start(sglangOld);
    const answer = await server.post('/v1/completions', completion, {
      'content-type': 'text/plain',
    });

    expect(answer.status).toBe(200);
  });

  it('that the engine of 2024 refuses is refused inside the stream', async () => {
    await using server = await SimulatedServer.start(sglangOld);
    const long = { ...streamed, prompt: new Array<number>(9000).fill(1) };
    const stream = await server.post('/v1/completions', long);
    const whole = await server.post('/v1/completions', { ...long, stream: false });

    expect(stream.status).toBe(200);
    expect(parsedEvents(stream.text)).toMatchObject([{ error: { code: 400 } }]);
    expect(whole.status).toBe(400);
  });
});

describe('an abort on demand', () => {
  it(`ends a stream of ${sglang} with that reason`, async () => {
    await using server = await SimulatedServer.start(sglang, { speed: 1 });
    const body = { ...endless, rid: 'mine' };
    const client = new RawClient(server.url).send(postText('/v1/completions', body));
    await client.until('data: ');
    await server.post('/abort_request', { rid: 'mine' });
    const stream = chunkedBody((await client.closed()).text) ?? '';

    expect(parsedEvents(stream).at(-1)).toMatchObject({ choices: [{ finish_reason: 'abort' }] });
    expect(eventData(stream).at(-1)).toBe('[DONE]');
  });

  it(`ends a stream of ${vllm} with that reason, and its usage`, async () => {
    await using server = await SimulatedServer.start(vllm, { speed: 1 });
    const body = { ...endless, stream_options: { include_usage: true } };
    const request = postText('/v1/completions', body, { 'x-request-id': 'mine' });
    const client = new RawClient(server.url).send(request);
    await client.until('data: ');
    const { text } = await server.post('/abort_requests', { request_ids: ['cmpl-mine'] });
    const events = parsedEvents(chunkedBody((await client.closed()).text) ?? '');

    expect(JSON.parse(text)).toEqual({ status: 'aborted', aborted: 1 });
    expect(events.at(-2)).toMatchObject({ choices: [{ finish_reason: 'abort' }] });
    expect(events.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 3 } });
  });
});

describe('a fault inside an answer', () => {
  it.each(['fin', 'rst'] as const)('cuts the stream by %s behind so many tokens', async (how) => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'die', at: 5, how });
    const client = new RawClient(server.url).send(postText('/v1/completions', streamed));
    const { text, ending } = await client.closed();

    expect(ending).toBe(how);
    expect(chunkedBody(text)).toBeUndefined();
    if (how === 'fin') expect(text.match(/data: /g)).toHaveLength(5);
    expect(await server.stateThat(({ aborted }) => aborted === 1)).toMatchObject({
      openGenerations: 0,
    });
  });

  it('ends the stream cleanly without a finish', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'clean-end', at: 5 });
    const { text } = await server.post('/v1/completions', streamed);

    expect(checkAnswer({ prompt }, textOf(text))).toEqual({ words: 5 });
    expect(text).not.toContain('[DONE]');
    expect(text).not.toContain('"length"');
  });

  it.each(all)('is the first event of %s, under a good head', async (preset) => {
    await using server = await SimulatedServer.start(preset);
    await server.fault({ kind: 'error-event', code: 500, message: 'The engine is dead.' });
    const { status, text } = await server.post('/v1/completions', streamed);

    expect(status).toBe(200);
    expect(parsedEvents(text)).toMatchObject([{ error: { message: 'The engine is dead.' } }]);
    expect(eventData(text).at(-1)).toBe('[DONE]');
  });

  it('is an answer with its status when nothing is streamed', async () => {
    await using server = await SimulatedServer.start(sglang);
    await server.fault({ kind: 'error-event', code: 503, message: 'm' });

    expect((await server.post('/v1/completions', completion)).status).toBe(503);
  });

  it('finishes the answer with an abort', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'abort', at: 5 });
    const { text } = await server.post('/v1/completions', { ...streamed, max_tokens: 8000 });

    expect(parsedEvents(text).at(-1)).toMatchObject({ choices: [{ finish_reason: 'abort' }] });
  });

  it('stalls the stream for a time of the engine, and loses nothing', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'stall', at: 5, ms: 2000 });
    const { text } = await server.post('/v1/completions', streamed);

    expect(checkAnswer({ prompt }, textOf(text))).toEqual({ words: 20 });
    expect(parsedEvents(text).length).toBeLessThan(20);
  });

  it('puts a comment between two events', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'comment', at: 5 });
    const { text } = await server.post('/v1/completions', streamed);

    expect(text.split(': keep-alive\n\n')).toHaveLength(2);
    expect(textOf(text.replace(': keep-alive\n\n', ''))).toBe(expectedAnswer({ prompt }, 20));
  });
});

describe('a client that does not read', () => {
  it('gets everything when it does, in fewer chunks', async () => {
    await using server = await SimulatedServer.start(sglangOld);
    // Each event holds the whole text so far: together they would be about 12 MB, more than any buffer takes.
    const sampling_params = { max_new_tokens: 2000, ignore_eos: true };
    const client = new RawClient(server.url);
    client.socket.pause();
    client.send(postText('/generate', { text: prompt, sampling_params, stream: true }));
    await server.stateThat(({ openGenerations }) => openGenerations === 1);
    // One of the same length that came later ends later.
    await server.post('/generate', { text: prompt, sampling_params });
    client.socket.resume();
    const events = parsedEvents(chunkedBody((await client.closed()).text) ?? '');
    const { text } = events.at(-1) as { text: string };

    expect(events.length).toBeLessThan(1800);
    expect(checkAnswer({ prompt }, text)).toEqual({ words: 2000 });
  });
});
