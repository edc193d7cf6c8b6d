import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { LiveGateway } from '../support/live/gateway.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse } from '../support/live/house.ts';
import { postJson } from '../support/live/raw.ts';

function sha256(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

const keys = [
  { sha256: sha256('key-of-red'), tenant: 'red' },
  { sha256: sha256('key-of-blue'), tenant: 'blue' },
];

function ask(house: LiveHouse, authorization?: string): Promise<Response> {
  const body = { model: house.replica.model, prompt: 'a', max_tokens: 1 };
  const headers: Readonly<Record<string, string>> =
    authorization === undefined ? {} : { authorization };
  return postJson(`${house.gateway.url}/v1/completions`, body, headers);
}

async function authorizationsAt({ replica }: LiveHouse): Promise<readonly unknown[]> {
  return (await replica.received()).map(({ headers }) => headers['authorization']);
}

describe('with keys', () => {
  it('each request is counted for the tenant whose key it bears', async () => {
    await using house = await aHouse({ settings: { keys } });

    for (const key of ['key-of-red', 'key-of-blue', 'key-of-red']) {
      expect((await ask(house, `Bearer ${key}`)).status).toBe(200);
    }
    await house.gateway.empty();

    await expect(house.gateway.counted('requests', { tenant: 'red' })).resolves.toBe(2);
    await expect(house.gateway.counted('requests', { tenant: 'blue' })).resolves.toBe(1);
  });

  it.each([
    ['no key', undefined],
    ['an unknown key', 'Bearer key-of-green'],
    ['the hash of a key', `Bearer ${sha256('key-of-red')}`],
    ['another scheme', 'Basic key-of-red'],
    ['Bearer None', 'Bearer None'],
  ])('%s is refused, and no engine is asked', async (_what, authorization) => {
    await using house = await aHouse({ settings: { keys } });

    const answer = await ask(house, authorization);

    expect(answer.status).toBe(401);
    await expect(answer.json()).resolves.toMatchObject({
      error: { code: 'unauthenticated', type: 'authentication_error' },
    });
    await expect(house.replica.received()).resolves.toEqual([]);
  });

  it('a stranger neither lists the models nor sees what the engine tells, but may ask for health', async () => {
    await using house = await aHouse({ settings: { keys } });
    const statusOf = async (path: string): Promise<number> =>
      (await fetch(`${house.gateway.url}${path}`)).status;

    await expect(statusOf('/v1/models')).resolves.toBe(401);
    await expect(statusOf('/version')).resolves.toBe(401);
    await expect(statusOf('/health')).resolves.toBe(200);
    await expect(statusOf('/ready')).resolves.toBe(200);
  });

  it('a wrong key is refused before the body is read', async () => {
    await using house = await aHouse({ settings: { keys, limits: { bodyBytesMax: 1024 } } });

    const answer = await fetch(`${house.gateway.url}/v1/completions`, {
      method: 'POST',
      body: 'x'.repeat(2000),
    });

    expect(answer.status).toBe(401);
  });
});

describe('without keys', () => {
  it.each([undefined, 'Bearer None', 'Bearer sk-anything', 'Basic YTpi', 'nonsense'])(
    'Authorization %s is accepted',
    async (authorization) => {
      await using house = await aHouse();

      expect((await ask(house, authorization)).status).toBe(200);
      await house.gateway.empty();
      await expect(house.gateway.counted('requests', { tenant: 'anonymous' })).resolves.toBe(1);
    },
  );
});

describe("a client's Authorization", () => {
  it('never reaches the engine', async () => {
    await using house = await aHouse({ settings: { keys } });

    await ask(house, 'Bearer key-of-red');

    await expect(authorizationsAt(house)).resolves.toEqual([undefined]);
    const [received] = await house.replica.received();
    expect(JSON.stringify(received)).not.toContain('key-of-red');
  });

  it('reaches it where the settings say so', async () => {
    await using house = await aHouse({ replicaSettings: () => ({ forwardAuthorization: true }) });

    await ask(house, 'Bearer for-the-engine');

    await expect(authorizationsAt(house)).resolves.toEqual(['Bearer for-the-engine']);
  });

  it.each([false, true])(
    "gives way to the engine's own key (forwarded: %s), with which its pages are read too",
    async (forwardAuthorization) => {
      await using house = await aHouse({
        replicas: [{ apiKey: 'engine-key' }],
        replicaSettings: () => ({ apiKey: 'engine-key', forwardAuthorization }),
      });

      const answer = await ask(house, 'Bearer of-the-client');

      expect(answer.status).toBe(200);
      await expect(authorizationsAt(house)).resolves.toEqual(['Bearer engine-key']);
    },
  );

  it('does not open an engine of which the gateway has not the key', async () => {
    await using house = await aHouse();
    await using closed = await aHouse({
      replicas: [{ apiKey: 'engine-key' }],
      replicaSettings: () => ({ apiKey: 'engine-key' }),
    });
    await using gateway = await LiveGateway.start({
      replicas: [{ url: house.replica.url }, { url: closed.replica.url, apiKey: 'wrong' }],
    });

    await gateway.ready(1);

    const { replicas } = await gateway.state();
    expect(replicas.map(({ state }) => state)).toEqual(['ready', 'starting']);
  });
});

describe('the admin port', () => {
  const adminKey = 'key-of-admin';
  const settings = { admin: { keySha256: sha256(adminKey) } };

  it('shows the fleet to the bearer of its key alone, and metrics and health to all', async () => {
    await using house = await aHouse({ settings, adminKey });
    const statusOf = async (path: string, key?: string): Promise<number> => {
      const headers: Readonly<Record<string, string>> =
        key === undefined ? {} : { authorization: `Bearer ${key}` };
      return (await fetch(`${house.gateway.adminUrl}${path}`, { headers })).status;
    };

    for (const path of ['/admin/state', '/admin/replicas']) {
      await expect(statusOf(path)).resolves.toBe(401);
      await expect(statusOf(path, 'wrong')).resolves.toBe(401);
      await expect(statusOf(path, adminKey)).resolves.toBe(200);
    }
    await expect(statusOf('/metrics')).resolves.toBe(200);
    await expect(statusOf('/health')).resolves.toBe(200);
    await expect(statusOf('/ready')).resolves.toBe(200);
    await expect(statusOf('/v1/models', adminKey)).resolves.toBe(404);
  });

  it("does not take a client's key for its own, nor its own for a client's", async () => {
    await using house = await aHouse({ settings: { ...settings, keys }, adminKey });

    const state = await fetch(`${house.gateway.adminUrl}/admin/state`, {
      headers: { authorization: 'Bearer key-of-red' },
    });

    expect(state.status).toBe(401);
    expect((await ask(house, `Bearer ${adminKey}`)).status).toBe(401);
  });
});
