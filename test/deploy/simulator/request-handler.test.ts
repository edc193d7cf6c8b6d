import { describe, expect, it } from 'vitest';
import { GARBAGE } from '../../../deploy/simulator/event-writer.ts';
import { postText, RawClient } from '../../support/raw-client.ts';
import { SimulatedServer } from '../../support/simulated-server.ts';

const vllm = 'vllm-current-8xh100-tp8';
const sglang = 'sglang-current-8xh100-tp8';
const completion = { model: 'm', prompt: 'able about', max_tokens: 3 };

describe('every answer', () => {
  it.each([
    ['a page', '/health'],
    ['a path that is none', '/nope'],
    ['a method that is none', '/v1/completions'],
  ])('says that it is simulated: %s', async (_what, path) => {
    await using server = await SimulatedServer.start(vllm);
    const { headers } = await server.get(path);

    expect(headers.get('server')).toBe(`numagate-simulator (simulated ${vllm})`);
  });

  it('announces no time limit, as the engines announce none', async () => {
    await using server = await SimulatedServer.start(vllm);
    const { headers } = await server.get('/health');

    expect(headers.get('connection')).toBe('keep-alive');
    expect(headers.get('keep-alive')).toBeNull();
  });

  it('ends the connection of a client that wants it so', async () => {
    await using server = await SimulatedServer.start(vllm);
    const client = new RawClient(server.url);
    client.send('GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const { text, ending } = await client.closed();

    expect(text.toLowerCase()).toContain('connection: close');
    expect(ending).toBe('fin');
  });
});

describe('a route', () => {
  it('that is none is said to be none in the words of the web framework', async () => {
    await using server = await SimulatedServer.start(vllm);

    expect(await server.get('/nope')).toMatchObject({
      status: 404,
      text: '{"detail":"Not Found"}',
    });
    expect(await server.get('/v1/completions')).toMatchObject({
      status: 405,
      text: '{"detail":"Method Not Allowed"}',
    });
  });

  it('is found whatever follows the question mark', async () => {
    await using server = await SimulatedServer.start(sglang);
    const { status, text } = await server.get('/v1/loads?format=prometheus&include=all');

    expect(status).toBe(200);
    expect(text).toContain('# TYPE sglang_num_running_reqs gauge');
  });

  it('refuses what its page cannot read', async () => {
    await using server = await SimulatedServer.start(vllm);
    const { status, text } = await server.post('/tokenize', '{"prompt": 7}');

    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { param: 'body.prompt' } });
  });

  it('that embeds stands in the place of those that generate, when the model does', async () => {
    await using server = await SimulatedServer.start(vllm, { embeds: true });

    expect(await server.post('/v1/embeddings', { input: 'able' })).toMatchObject({ status: 200 });
    expect(await server.post('/v1/completions', completion)).toMatchObject({ status: 404 });
    expect(await server.get('/v1/models')).toMatchObject({ status: 200 });
  });

  it('that embeds is not there when the model generates', async () => {
    await using server = await SimulatedServer.start(vllm);
    await using other = await SimulatedServer.start(sglang);

    expect(await server.post('/v1/embeddings', { input: 'able' })).toMatchObject({ status: 404 });
    expect(await other.post('/v1/embeddings', { input: 'able' })).toMatchObject({ status: 400 });
  });
});

describe('an API key', () => {
  const right = { authorization: 'Bearer secret' };
  const wrong = { authorization: 'Bearer guess' };

  it('is asked for where the engine asks for it', async () => {
    await using server = await SimulatedServer.start(vllm, { apiKey: 'secret' });

    expect(await server.get('/v1/models')).toMatchObject({
      status: 401,
      text: '{"error":"Unauthorized"}',
    });
    expect((await server.get('/v1/models', wrong)).status).toBe(401);
    expect((await server.get('/v1/models', right)).status).toBe(200);
    expect((await server.get('/health')).status).toBe(200);
    expect((await server.get('/metrics')).status).toBe(200);
  });

  it('is asked for before the body is looked at', async () => {
    await using server = await SimulatedServer.start(vllm, { apiKey: 'secret' });

    expect((await server.post('/v1/completions', '{')).status).toBe(401);
    expect((await server.post('/v1/completions', completion, right)).status).toBe(200);
  });

  it('is nobody’s concern when there is none', async () => {
    await using server = await SimulatedServer.start(vllm);

    expect((await server.get('/v1/models', wrong)).status).toBe(200);
  });
});

describe('a fault at once', () => {
  it('of a status is answered with it, and with the time to wait', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'status', status: 429, retryAfterSeconds: 2, times: 1 });
    const { status, headers, text } = await server.post('/v1/completions', completion);

    expect(status).toBe(429);
    expect(headers.get('retry-after')).toBe('2');
    expect(JSON.parse(text)).toMatchObject({ error: { code: 429 } });
    expect((await server.post('/v1/completions', completion)).status).toBe(200);
  });

  it('of a status names no time unless told', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'status', status: 503 });
    const { status, headers } = await server.post('/v1/completions', completion);

    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBeNull();
  });

  it('of a page strikes that page alone', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'status', status: 500, match: { path: '/health' } });

    expect((await server.get('/health')).status).toBe(500);
    expect((await server.post('/v1/completions', completion)).status).toBe(200);
  });

  it('of a body strikes the requests that hold it', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'status', match: { bodyIncludes: 'above' } });

    expect((await server.post('/v1/completions', completion)).status).toBe(200);
    expect((await server.post('/v1/completions', { ...completion, prompt: 'above' })).status).toBe(
      503,
    );
  });

  it('that hangs takes the request and never answers', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'hang' });
    const client = new RawClient(server.url).send(postText('/v1/completions', completion));
    await server.stateThat(({ openRequests }) => openRequests === 1);
    expect((await server.state()).generations).toBe(0);
    client.socket.destroy();
    await server.stateThat(({ openRequests }) => openRequests === 0);

    expect(client.text).toBe('');
  });

  it.each(['fin', 'rst'] as const)('that kills before the head ends by %s', async (how) => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'die', at: 'headers', how });
    const client = new RawClient(server.url).send(postText('/v1/completions', completion));

    expect(await client.closed()).toEqual({ text: '', ending: how });
  });

  it('that kills a page strikes it before its head, whenever it was to strike', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'die', at: 5, how: 'fin', match: { path: '/metrics' } });
    const client = new RawClient(server.url).send('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');

    expect(await client.closed()).toEqual({ text: '', ending: 'fin' });
  });

  it('that is garbage comes in the place of the head', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'garbage', at: 'headers' });
    const client = new RawClient(server.url).send(postText('/v1/completions', completion));

    expect(await client.closed()).toMatchObject({ text: GARBAGE });
  });
});

describe('frozen metrics', () => {
  it('stay as they were last asked for, and thaw', async () => {
    await using server = await SimulatedServer.start(sglang);
    const { text: before } = await server.get('/metrics');
    const { text: loadsBefore } = await server.get('/v1/loads');
    await server.fault({ kind: 'frozen-metrics' });
    await server.post('/v1/completions', completion);

    expect((await server.get('/metrics')).text).toBe(before);
    expect((await server.get('/v1/loads')).text).toBe(loadsBefore);
    await server.clearFaults();
    expect((await server.get('/metrics')).text).not.toBe(before);
  });

  it('are taken fresh once when they were never asked for', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'frozen-metrics' });
    const { text: first } = await server.get('/metrics');
    await server.post('/v1/completions', completion);

    expect((await server.get('/metrics')).text).toBe(first);
  });

  it('freeze no other page', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'frozen-metrics' });

    expect((await server.get('/version')).status).toBe(200);
    expect((await server.post('/v1/completions', completion)).status).toBe(200);
  });
});
