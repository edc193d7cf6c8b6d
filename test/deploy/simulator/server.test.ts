import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { startSimulatedReplica } from '../../../deploy/simulator/server.ts';
import { checkAnswer } from '../../../deploy/simulator/words.ts';
import { postText, RawClient } from '../../support/raw-client.ts';
import { SimulatedServer } from '../../support/simulated-server.ts';
import { parsedEvents, thePreset } from '../../support/simulator.ts';

const vllm = 'vllm-current-8xh100-tp8';
const sglang = 'sglang-current-8xh100-tp8';
const completion = { model: 'm', prompt: 'able', max_tokens: 20, ignore_eos: true };
const endless = { ...completion, max_tokens: 8000, stream: true };

describe('a simulated replica', () => {
  it('tells where it listens, and has no admin port unless told', async () => {
    const replica = await startSimulatedReplica({
      preset: thePreset(vllm),
      host: '127.0.0.1',
      port: 0,
      speed: 100,
    });

    expect(replica.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(replica.adminUrl).toBeUndefined();
    expect((await fetch(`${replica.url}/health`)).status).toBe(200);
    await replica.close();
  });

  it('opens no port where its admin port is taken', async () => {
    const preset = thePreset(vllm);
    const options = { preset, host: '127.0.0.1', port: 0, speed: 100 };
    const other = await startSimulatedReplica(options);
    const free = await startSimulatedReplica(options);
    const port = Number(new URL(free.url).port);
    await free.close();
    const adminPort = Number(new URL(other.url).port);

    await expect(startSimulatedReplica({ ...options, port, adminPort })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
    await other.close();
  });

  it('writes an address of version 6 in brackets', async () => {
    const replica = await startSimulatedReplica({
      preset: thePreset(vllm),
      host: '::1',
      port: 0,
      adminPort: 0,
      speed: 100,
    });

    expect(replica.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await fetch(`${replica.url}/health`)).status).toBe(200);
    await replica.close();
  });

  it('serves the model of its preset unless told otherwise', async () => {
    await using own = await SimulatedServer.start(vllm, { model: undefined });
    await using other = await SimulatedServer.start(vllm, { model: 'other' });
    const first = async (server: SimulatedServer): Promise<unknown> => {
      const { data } = JSON.parse((await server.get('/v1/models')).text) as { data: object[] };
      return data[0];
    };

    expect(await first(own)).toMatchObject({ id: 'meta-llama/Meta-Llama-3-70B-Instruct' });
    expect(await first(other)).toMatchObject({ id: 'other' });
  });

  it('tells its own port', async () => {
    await using server = await SimulatedServer.start(sglang);
    const { port } = JSON.parse((await server.get('/server_info')).text) as { port: number };

    expect(server.url).toBe(`http://127.0.0.1:${port}`);
  });

  it('frees its ports and drops its connections when it is closed', async () => {
    const server = await SimulatedServer.start(vllm, { speed: 1 });
    const client = new RawClient(server.url).send(postText('/v1/completions', endless));
    await client.until('data: ');
    await server[Symbol.asyncDispose]();
    await client.closed();

    await expect(server.get('/health')).rejects.toThrow();
    await expect(server.state()).rejects.toThrow();
  });

  it('fails to start on a port that is taken', async () => {
    await using server = await SimulatedServer.start(vllm);
    const port = Number(new URL(server.url).port);

    await expect(SimulatedServer.start(vllm, { port })).rejects.toThrow('EADDRINUSE');
  });

  it('runs its engine as fast as it is told', async () => {
    await using server = await SimulatedServer.start(vllm, { speed: 50 });
    const { engineMs: before } = (await server.state()) as unknown as { engineMs: number };
    const startMs = performance.now();
    await server.post('/v1/completions', completion);
    const { engineMs: after } = (await server.state()) as unknown as { engineMs: number };
    const wallMs = performance.now() - startMs;

    // Twenty steps of about 14 ms each took at least so much engine time.
    expect(after - before).toBeGreaterThan(200);
    expect(wallMs).toBeLessThan(after - before);
  });
});

describe('a replica that refuses', () => {
  it('has nobody listening, keeps its streams, and comes back on its port', async () => {
    await using server = await SimulatedServer.start(vllm, { speed: 1 });
    const client = new RawClient(server.url).send(postText('/v1/completions', endless));
    await client.until('data: ');
    await server.fault({ kind: 'refuse' });
    const knock = new RawClient(server.url);
    expect(await knock.closed()).toMatchObject({ ending: 'rst' });
    await once(client.socket, 'data');
    await server.clearFaults();

    expect((await server.get('/version')).status).toBe(200);
    client.socket.destroy();
  });

  it('resets each connection when it is told so', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'refuse', how: 'reset' });
    expect(await new RawClient(server.url).closed()).toEqual({ text: '', ending: 'rst' });
    await server.clearFaults();

    expect((await server.get('/version')).status).toBe(200);
  });

  it('goes on refusing when another fault is ordered', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'refuse' });
    await server.fault({ kind: 'slow', factor: 2 });

    expect(await new RawClient(server.url).closed()).toMatchObject({ ending: 'rst' });
  });
});

describe('a slow replica', () => {
  it('takes so many times as long for its steps', async () => {
    await using server = await SimulatedServer.start(sglang);
    // Steps follow each other without a gap, so the time between tokens is exact on any machine.
    const tokensPerSecond = async (): Promise<number> => {
      const body = { text: 'able', sampling_params: { max_new_tokens: 20, ignore_eos: true } };
      const { text } = await server.post('/generate', body);
      const { meta_info } = JSON.parse(text) as { meta_info: { decode_throughput: number } };
      return meta_info.decode_throughput;
    };
    const usual = await tokensPerSecond();
    await server.fault({ kind: 'slow', factor: 5 });
    const slow = await tokensPerSecond();
    await server.clearFaults();

    expect(usual / slow).toBeCloseTo(5);
    expect((await tokensPerSecond()) / usual).toBeCloseTo(1);
  });
});

describe('a replica that restarts', () => {
  it('cuts every connection and forgets its counters', async () => {
    await using server = await SimulatedServer.start(vllm, { speed: 1 });
    const client = new RawClient(server.url).send(postText('/v1/completions', endless));
    await client.until('data: ');
    const started = async (): Promise<string> => {
      const { text } = await server.get('/metrics');
      return /^process_start_time_seconds (.*)$/m.exec(text)?.[1] ?? '';
    };
    const before = await started();
    await server.fault({ kind: 'restart' });
    expect((await client.closed()).ending).toBe('rst');
    const { text: metrics } = await server.get('/metrics');

    expect(await started()).not.toBe(before);
    expect(metrics).toContain('vllm:generation_tokens_total{engine="0",model_name="m"} 0.0');
    expect(await server.state()).toMatchObject({ restarts: 1, openGenerations: 0 });
  });

  it('answers as before', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.fault({ kind: 'restart' });
    const { text } = await server.post('/v1/completions', { ...completion, stream: true });
    const answer = parsedEvents(text)
      .map((event) => (event as { choices: { text: string }[] }).choices[0]?.text)
      .join('');

    expect(checkAnswer({ prompt: 'able' }, answer)).toEqual({ words: 20 });
  });
});
