import { describe, expect, it } from 'vitest';

import { LiveGateway } from '../support/live/gateway.ts';
import { LiveReplica, presetsOfProtocols } from '../support/live/replica.ts';
import { connectTo, postJson, rawPost } from '../support/live/raw.ts';
import { aRecordingProxy } from '../support/live/recording-proxy.ts';
import { says } from '../support/live/answers.ts';
import type { ScriptedCall } from '../support/live/scripted-engine.ts';
import {
  aScriptedEngine,
  openStream,
  scriptedModel,
  scriptedReplica,
} from '../support/live/scripted-engine.ts';
import { until } from '../support/live/until.ts';
import { chatEvent, doneEvent, finishEvent, roleEvent, usageEvent } from '../support/streams.ts';

const MAX_TOKENS = 12;

describe.each(presetsOfProtocols)('what %s sends', (preset) => {
  const isSglang = preset.startsWith('sglang');
  const chat = { messages: says('Hello'), max_tokens: MAX_TOKENS };
  const text = { prompt: 'Hello', max_tokens: MAX_TOKENS };
  const stream = { stream: true };
  const usage = { stream_options: { include_usage: true } };

  const asked = [
    ['/v1/chat/completions', chat],
    ['/v1/chat/completions', { ...chat, ...stream, ...usage }],
    ['/v1/completions', text],
    ['/v1/completions', { ...text, ...stream, ...usage }],
    ['/v1/completions', { ...text, ...stream, ...usage, n: 2 }],
    ...(isSglang
      ? ([
          ['/generate', { text: 'Hello', sampling_params: { max_new_tokens: 9 } }],
          ['/generate', { text: 'Hello', sampling_params: { max_new_tokens: 9 }, ...stream }],
        ] as const)
      : []),
    ['/v1/chat/completions', { messages: ['none'] }],
    ['/v1/completions', { ...text, temperature: -1 }],
  ] as const;

  it.each(asked)('reaches the client of %s byte for byte: %j', async (path, body) => {
    await using replica = await LiveReplica.start({ preset });
    await using proxy = await aRecordingProxy(replica.url);
    await using gateway = await LiveGateway.start({
      replicas: [{ url: proxy.url }],
      resume: { mode: 'off' },
    });
    await gateway.ready(1);
    const model = path === '/generate' ? {} : { model: replica.model };

    const answer = await postJson(`${gateway.url}${path}`, { ...model, ...body });
    const bytes = Buffer.from(await answer.arrayBuffer());

    const [exchange] = proxy.exchanges;
    expect(answer.status).toBe(exchange?.status);
    if (isRewritten(preset, answer.status)) return;
    expect(bytes.toString()).toBe(exchange?.answer.toString());
    if (!preset.startsWith('vllm-0.5.5') || !('stream' in body)) {
      expect(exchange?.requestBody.toString()).toBe(JSON.stringify({ ...model, ...body }));
    }
  });

  it.each([
    ['/v1/chat/completions', chat],
    ['/v1/completions', text],
  ])('reaches a client of %s without the usage that it has not asked for', async (path, body) => {
    await using replica = await LiveReplica.start({ preset });
    await using proxy = await aRecordingProxy(replica.url);
    await using gateway = await LiveGateway.start({
      replicas: [{ url: proxy.url }],
      resume: { mode: 'off' },
    });
    await gateway.ready(1);
    const asking = { model: replica.model, ...body, ...stream };

    const answer = await postJson(`${gateway.url}${path}`, asking);
    const received = await answer.text();

    const sent = String(proxy.exchanges[0]?.answer);
    const events = sent.split(/(?<=\n\n)/);
    const ofUsage = events.filter((event) => event.includes('"choices":[]'));
    expect(ofUsage).toHaveLength(1);
    expect(received).toBe(events.filter((event) => !ofUsage.includes(event)).join(''));
    expect(received.endsWith(doneEvent)).toBe(true);
  });
});

describe.each(presetsOfProtocols)(
  'what %s sends with token ids that the gateway asked for',
  (preset) => {
    it.each([
      ['/v1/chat/completions', { messages: says('Hello') }],
      ['/v1/completions', { prompt: 'Hello' }],
    ])('reaches the client of %s as the same JSON without them', async (path, body) => {
      await using replica = await LiveReplica.start({ preset });
      await using proxy = await aRecordingProxy(replica.url);
      await using gateway = await LiveGateway.start({ replicas: [{ url: proxy.url }] });
      await gateway.ready(1);
      const options = { stream: true, stream_options: { include_usage: true } };
      const asking = { model: replica.model, max_tokens: MAX_TOKENS, ...body, ...options };

      const answer = await postJson(`${gateway.url}${path}`, asking);
      const received = await answer.text();

      const sent = String(proxy.exchanges[0]?.answer);
      expect(received).not.toMatch(/token_ids":\s*\[/);
      expect(eventsIn(received)).toEqual(
        eventsIn(sent.replaceAll(/"((?:prompt_)?token_ids)":\[[\d,]*\]/g, '"$1":null')),
      );
    });
  },
);

function eventsIn(stream: string): unknown[] {
  return stream
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event): unknown => JSON.parse(event.slice('data: '.length), withoutIds));
}

/** Ids that were not asked for are null, or left out. */
function withoutIds(name: string, value: unknown): unknown {
  return name.endsWith('token_ids') ? undefined : value;
}

/** Engines that do not word their refusals as OpenAI's clients read them. */
function isRewritten(preset: string, status: number): boolean {
  return status !== 200 && !preset.startsWith('vllm-current');
}

/** A choice of a whole answer, of chats and texts alike. */
function chosen(finish_reason: string, index: number): object {
  return { index, text: 'a', message: { role: 'assistant', content: 'a' }, finish_reason };
}

describe('an answer of any engine', () => {
  it('reaches the client in the very bytes: comments, CRLF, unknown members, no blank after the colon', async () => {
    const sent = [
      ': a comment\n\n',
      roleEvent(),
      `data:{"choices":[{"index":0,"delta":{"content":"\\u00fc"}}],"unknown":[1.0,1e9]}\r\n\r\n`,
      `event: message\nid: 7\n${chatEvent('ü 🎨')}`,
      finishEvent('stop'),
      usageEvent(3, 2),
      doneEvent,
    ].join('');
    await using engine = await aScriptedEngine((call) => void openStream(call).end(sent));
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);

    const answer = await postJson(`${gateway.url}/v1/chat/completions`, {
      model: scriptedModel,
      messages: says('a'),
      stream: true,
      stream_options: { include_usage: true },
    });

    await expect(answer.text()).resolves.toBe(sent);
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  });

  it('reaches the client unharmed when it comes byte by byte', async () => {
    const sent = [roleEvent(), chatEvent('ü 🎨'), finishEvent('stop'), doneEvent].join('');
    const send = async (call: ScriptedCall): Promise<void> => {
      const response = openStream(call);
      for (const byte of Buffer.from(sent)) {
        response.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    };
    await using engine = await aScriptedEngine((call) => void send(call));
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);

    const answer = await postJson(`${gateway.url}/v1/chat/completions`, {
      model: scriptedModel,
      messages: says('a'),
      stream: true,
    });

    await expect(answer.text()).resolves.toBe(sent);
  });

  it('gets its [DONE] where the engine left it out, and is whole', async () => {
    const sent = [roleEvent(), chatEvent('a'), finishEvent('stop')].join('');
    await using engine = await aScriptedEngine((call) => void openStream(call).end(sent));
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);

    const answer = await postJson(`${gateway.url}/v1/chat/completions`, {
      model: scriptedModel,
      messages: says('a'),
      stream: true,
    });

    await expect(answer.text()).resolves.toBe(sent + doneEvent);
  });

  it('is not taken for whole when one of two choices has not finished', async () => {
    const sent = [chatEvent('a'), chatEvent('b', { index: 1 }), finishEvent('stop', 1), doneEvent];
    await using engine = await aScriptedEngine((call) => void openStream(call).end(sent.join('')));
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);

    const answer = await postJson(`${gateway.url}/v1/chat/completions`, {
      model: scriptedModel,
      messages: says('a'),
      n: 2,
      stream: true,
    });

    await expect(answer.text()).rejects.toThrow('terminated');
  });

  it.each([
    ['/v1/chat/completions', { choices: ['abort', 'stop'].map(chosen) }],
    ['/v1/completions', { choices: ['stop', 'error', 'length'].map(chosen) }],
  ])('of %s of which one choice was cut is not taken for whole', async (path, sent) => {
    await using engine = await aScriptedEngine(({ response }) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(sent));
    });
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);

    const answer = await postJson(`${gateway.url}${path}`, {
      model: scriptedModel,
      messages: says('a'),
      prompt: 'a',
      n: sent.choices.length,
    });

    expect(answer.status).toBe(502);
    await expect(answer.json()).resolves.toMatchObject({ error: { code: 'engine_failed' } });
  });

  it('that breaks off ends with an error event and a broken connection, without the last chunk', async () => {
    await using engine = await aScriptedEngine((call) => {
      const response = openStream(call);
      response.write(roleEvent() + chatEvent('half of it'), () => {
        response.socket?.resetAndDestroy();
      });
    });
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);
    const connection = await connectTo(gateway.url);
    const body = JSON.stringify({ model: scriptedModel, messages: says('a'), stream: true });

    connection.socket.write(rawPost('/v1/chat/completions', body));
    const answer = await connection.closed;

    expect(answer).toContain('half of it');
    expect(answer).toMatch(/data: \{"error":\{[^\n]*"code":"engine_failed"[^\n]*\}\}\n\n\r\n$/);
    expect(answer).not.toMatch(/\r\n0\r\n/);
  });

  it('of a known length that breaks off is cut off under its head', async () => {
    const whole = 4_000_000;
    await using engine = await aScriptedEngine(({ response }) => {
      const headers = { 'content-type': 'application/json', 'content-length': String(whole) };
      response.writeHead(200, headers).write(`{${'x'.repeat(whole / 2 - 1)}`);
    });
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);
    const connection = await connectTo(gateway.url);
    const body = JSON.stringify({ model: scriptedModel, messages: says('a') });

    connection.socket.write(rawPost('/v1/chat/completions', body));
    await until('a part has come', () => connection.received().length > whole / 4);
    engine.calls[0]?.response.socket?.resetAndDestroy();
    const [head, sent] = (await connection.closed).split('\r\n\r\n');

    expect(head).toContain(`content-length: ${whole}`);
    expect(sent?.length).toBeLessThanOrEqual(whole / 2);
  });

  it('of a known length that ends short of it has failed, though it looks whole', async () => {
    await using engine = await aScriptedEngine(({ response }) => {
      const headers = { 'content-type': 'application/json', 'content-length': '100' };
      response.writeHead(200, headers).write('{"choices":[]}', () => response.socket?.end());
    });
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);

    const answer = await postJson(`${gateway.url}/v1/chat/completions`, {
      model: scriptedModel,
      messages: says('a'),
    });

    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ error: { code: 'engine_failed' } });
  });
});
