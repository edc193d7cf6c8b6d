import { describe, expect, it } from 'vitest';
import { SimulatedServer } from '../../support/simulated-server.ts';

const vllm = 'vllm-current-8xh100-tp8';
const completion = { model: 'm', prompt: 'able', max_tokens: 3 };

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks the admin port. */
async function admin(
  server: SimulatedServer,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const init = body === undefined ? { method } : { method, body: text };
  const response = await fetch(server.adminUrl + path, init);
  return { status: response.status, body: await response.json() };
}

describe('the state', () => {
  it('tells what runs, how late it is and what it has done', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.post('/v1/completions', completion);

    expect(await admin(server, 'GET', '/state')).toMatchObject({
      status: 200,
      body: {
        simulated: true,
        preset: vllm,
        extrapolated: true,
        engine: 'vllm',
        engineVersion: '0.32.0',
        model: 'm',
        speed: 200,
        engineMs: expect.any(Number),
        load: { runningRequests: 0, outputTokensTotal: 3 },
        lateness: {
          p50Ms: expect.any(Number),
          p99Ms: expect.any(Number),
          maxMs: expect.any(Number),
          count: expect.any(Number),
        },
        openRequests: 0,
        openGenerations: 0,
        requests: 1,
        tokens: 3,
        generations: 1,
        aborted: 0,
        restarts: 0,
      },
    });
  });

  it('does not count the questions to the admin port', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.state();

    expect(await server.state()).toMatchObject({ requests: 0, connections: 0 });
  });
});

describe('the requests', () => {
  it('are shown as they came, oldest first', async () => {
    await using server = await SimulatedServer.start(vllm);
    const body = '{"model": "m",  "prompt": "é", "max_tokens": 1}';
    await server.get('/health?x=1');
    await server.post('/v1/completions', body, {
      Authorization: 'Bearer None',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });

    expect(await admin(server, 'GET', '/requests')).toMatchObject({
      body: {
        total: 2,
        requests: [
          { method: 'GET', url: '/health?x=1', body: '', bodyBytes: 0 },
          {
            method: 'POST',
            url: '/v1/completions',
            headers: {
              authorization: 'Bearer None',
              traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
            },
            rawHeaders: expect.arrayContaining(['Bearer None']),
            body,
            bodyBytes: Buffer.byteLength(body),
            atMs: expect.any(Number),
          },
        ],
      },
    });
  });

  it('are shown as many as wanted, sixteen unless told', async () => {
    await using server = await SimulatedServer.start(vllm);
    for (let index = 0; index < 18; index += 1) await server.get(`/version?${index}`);
    const urls = async (query: string): Promise<string[]> => {
      const { body } = await admin(server, 'GET', `/requests${query}`);
      return (body as { requests: { url: string }[] }).requests.map(({ url }) => url);
    };

    expect(await urls('')).toHaveLength(16);
    expect(await urls('?last=2')).toEqual(['/version?16', '/version?17']);
    expect(await urls('?last=100')).toHaveLength(18);
    expect(await urls('?last=0')).toEqual([]);
  });

  it('are forgotten when that is asked for', async () => {
    await using server = await SimulatedServer.start(vllm);
    await server.get('/health');
    await admin(server, 'DELETE', '/requests');

    expect(await admin(server, 'GET', '/requests')).toMatchObject({
      body: { total: 1, requests: [] },
    });
  });
});

describe('the faults', () => {
  it('are added, listed with how often they struck, and cleared', async () => {
    await using server = await SimulatedServer.start(vllm);
    const added = await admin(server, 'POST', '/faults', { kind: 'status', status: 429, times: 5 });
    await server.post('/v1/completions', completion);

    expect(added).toMatchObject({
      status: 201,
      body: { id: 1, kind: 'status', status: 429, times: 5, hits: 0 },
    });
    expect(await admin(server, 'GET', '/faults')).toMatchObject({
      body: { faults: [{ id: 1, kind: 'status', hits: 1 }] },
    });
    expect(await admin(server, 'DELETE', '/faults')).toEqual({ status: 200, body: { faults: [] } });
    expect((await server.post('/v1/completions', completion)).status).toBe(200);
  });

  it.each([
    ['no JSON', '{', 400],
    ['no object', '[]', 400],
    ['a kind that is none', { kind: 'nap' }, 400],
    ['a member of the wrong type', { kind: 'die', at: 'soon' }, 400],
  ])('are refused for %s, which they name', async (_what, rule, status) => {
    await using server = await SimulatedServer.start(vllm);
    const answer = await admin(server, 'POST', '/faults', rule);

    expect(answer.status).toBe(status);
    expect(answer.body).toHaveProperty('error');
  });

  it('are refused when there are 64', async () => {
    await using server = await SimulatedServer.start(vllm);
    for (let index = 0; index < 64; index += 1) await server.fault({ kind: 'hang' });

    expect(await admin(server, 'POST', '/faults', { kind: 'hang' })).toMatchObject({ status: 409 });
  });

  it('are refused when a rule is longer than 64 KiB', async () => {
    await using server = await SimulatedServer.start(vllm);
    const rule = (bytes: number): string => {
      const text = JSON.stringify({ kind: 'hang', match: { bodyIncludes: '' } });
      return text.replace('""', `"${'x'.repeat(bytes - text.length)}"`);
    };

    expect((await admin(server, 'POST', '/faults', rule(65_536))).status).toBe(201);
    expect((await admin(server, 'POST', '/faults', rule(65_537))).status).toBe(413);
  });
});

describe('any other question', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/metrics'],
    ['PUT', '/faults'],
    ['POST', '/state'],
  ])('%s %s is told what there is', async (method, path) => {
    await using server = await SimulatedServer.start(vllm);
    const answer = await admin(server, method, path);

    expect(answer).toEqual({
      status: 404,
      body: { error: 'there are /state, /requests and /faults' },
    });
  });
});
