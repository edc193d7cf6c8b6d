import { describe, expect, it } from 'vitest';

import { says } from '../support/live/answers.ts';
import { LiveGateway } from '../support/live/gateway.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse } from '../support/live/house.ts';
import { postJson } from '../support/live/raw.ts';
import type { LiveReplica } from '../support/live/replica.ts';
import {
  aScriptedEngine,
  scriptedModel,
  scriptedReplica,
} from '../support/live/scripted-engine.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

function ask(
  { gateway, replica }: LiveHouse,
  headers: Readonly<Record<string, string>> = {},
  more: object = {},
): Promise<Response> {
  const body = { model: replica.model, prompt: 'a', max_tokens: 1, ...more };
  return postJson(`${gateway.url}/v1/completions`, body, headers);
}

async function headersAt(replica: LiveReplica): Promise<Readonly<Record<string, unknown>>> {
  return (await replica.received()).at(-1)?.headers ?? {};
}

describe('the id of a request', () => {
  it("is the client's own, on the answer and at the engine", async () => {
    await using house = await aHouse();

    const answer = await ask(house, { 'x-request-id': 'order-66:a.b_c' });

    expect(answer.headers.get('x-request-id')).toBe('order-66:a.b_c');
    await expect(headersAt(house.replica)).resolves.toMatchObject({
      'x-request-id': 'order-66:a.b_c',
    });
  });

  it.each([
    ['missing', undefined],
    ['longer than 128 characters', 'x'.repeat(129)],
    ['one that could break a log line', 'a"b c'],
  ])('is drawn anew where it is %s', async (_what, id) => {
    await using house = await aHouse();

    const answer = await ask(house, id === undefined ? {} : { 'x-request-id': id });

    const drawn = answer.headers.get('x-request-id');
    expect(drawn).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    await expect(headersAt(house.replica)).resolves.toMatchObject({ 'x-request-id': drawn });
  });

  it('stands on refusals too, in their bodies as well', async () => {
    await using house = await aHouse();

    const answer = await ask(house, { 'x-request-id': 'mine' }, { model: 'nobody' });

    expect(answer.headers.get('x-request-id')).toBe('mine');
    await expect(answer.json()).resolves.toMatchObject({ error: { request_id: 'mine' } });
  });
});

describe('the replica that answers', () => {
  it('is named to clients that ask for it, whole answers, streams and refusals', async () => {
    await using house = await aHouse();
    const asking = { 'x-gateway-replica': '1' };
    const nameOn = async (more: object): Promise<string | null> =>
      (await ask(house, asking, more)).headers.get('x-gateway-replica');

    await expect(nameOn({})).resolves.toBe(house.replica.id);
    await expect(nameOn({ stream: true })).resolves.toBe(house.replica.id);
    await expect(nameOn({ temperature: -1 })).resolves.toBe(house.replica.id);
  });

  it('is named to nobody else', async () => {
    await using house = await aHouse();

    const answer = await ask(house);

    expect(answer.headers.has('x-gateway-replica')).toBe(false);
  });

  it('goes by the name that the settings give it', async () => {
    await using house = await aHouse({ replicaSettings: () => ({ id: 'node-0' }) });

    const answer = await ask(house, { 'x-gateway-replica': '1' });

    expect(answer.headers.get('x-gateway-replica')).toBe('node-0');
  });
});

describe("a client's trace", () => {
  it('goes on to the engine as it came where the gateway makes no spans', async () => {
    await using house = await aHouse();
    const traceparent = `00-${traceId}-${spanId}-01`;

    await ask(house, { traceparent, tracestate: 'vendor=1' });

    await expect(headersAt(house.replica)).resolves.toMatchObject({
      traceparent,
      tracestate: 'vendor=1',
    });
  });
});

describe('other headers', () => {
  it("of the client's stay with the gateway", async () => {
    await using house = await aHouse();

    await ask(house, {
      cookie: 'session=secret',
      'x-forwarded-for': '10.0.0.1',
      'openai-organization': 'org',
      'accept-encoding': 'gzip, br',
      'x-api-key': 'secret',
    });

    const headers = await headersAt(house.replica);
    expect(Object.keys(headers).toSorted()).toEqual(
      [
        'accept-encoding',
        'content-length',
        'content-type',
        'host',
        'x-request-id',
        ...('traceparent' in headers ? ['traceparent'] : []),
      ].toSorted(),
    );
    expect(headers['accept-encoding']).toBe('identity');
    expect(headers['host']).toBe(house.replica.id);
  });

  it("of the engine's that mean something reach the client, and those of its connection do not", async () => {
    await using engine = await aScriptedEngine(({ response }) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        server: 'engine/1',
        'cache-control': 'no-store',
        'keep-alive': 'timeout=99',
        'set-cookie': 'engine=1',
        'x-gateway-replica': 'pretended',
      });
      response.end('{"choices":[]}');
    });
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);

    const { headers } = await postJson(`${gateway.url}/v1/chat/completions`, {
      model: scriptedModel,
      messages: says('a'),
    });

    expect(headers.get('server')).toBe('engine/1');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('keep-alive')).not.toBe('timeout=99');
    expect(headers.has('set-cookie')).toBe(false);
    expect(headers.has('x-gateway-replica')).toBe(false);
  });

  it('say of each answer of a simulated replica that it is simulated', async () => {
    await using house = await aHouse();

    const answer = await ask(house);

    expect(answer.headers.get('server')).toMatch(/simulated/);
  });
});
