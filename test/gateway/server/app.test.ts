import { describe, expect, it } from 'vitest';

import { dialects } from '../../../gateway/dialects/catalog.ts';
import { ModelNames } from '../../../gateway/pipeline/model-names.ts';
import type { AppParts } from '../../../gateway/server/app.ts';
import { createApp } from '../../../gateway/server/app.ts';
import { Authenticator } from '../../../gateway/server/auth.ts';
import { Doorkeeper } from '../../../gateway/server/doorkeeper.ts';
import { EngineCalls } from '../../../gateway/server/engine-calls.ts';
import { hashKey, KeyCheck } from '../../../gateway/server/key-check.ts';
import { ModelList } from '../../../gateway/server/model-list.ts';
import { Readiness } from '../../../gateway/server/readiness.ts';
import { Fleet } from '../../../routing/fleet.ts';
import { aReplica } from '../../support/builders.ts';

/** The routes that are no requests for an answer: those are for sockets, in test/e2e. */
function anApp(state: 'ready' | 'starting' = 'ready', bugs: unknown[] = []) {
  const fleet = new Fleet();
  fleet.join(aReplica({ id: 'r0', models: ['org/llama'] }));
  fleet.setState('r0', state);
  const keys = [{ tenant: 'team', sha256: hashKey('secret').toString('hex') }];
  const pipeline = { reportBug: (error: unknown) => bugs.push(error) };
  const receive = { authenticator: new Authenticator(keys), pipeline };
  const names = new ModelNames(new Map([['chat', 'org/llama']]), () => 'org/llama');
  return createApp({
    receive: receive as unknown as AppParts['receive'],
    dialects,
    models: new ModelList(fleet, names, 1),
    readiness: new Readiness(fleet, new Doorkeeper(1)),
    engineCalls: new EngineCalls(
      fleet,
      (_replica, path) => {
        if (path === '/model_info') throw new Error('a bug');
        return Promise.resolve({ status: 200, contentType: 'application/json', body: `"${path}"` });
      },
      new KeyCheck(undefined),
    ),
  });
}

const authorized = { headers: { authorization: 'Bearer secret' } };

describe('the data port', () => {
  it('is alive whatever the fleet, and ready with it; neither asks for a key', async () => {
    expect((await anApp('starting').request('/health')).status).toBe(200);
    expect((await anApp('starting').request('/ready')).status).toBe(503);
    expect((await anApp('ready').request('/ready')).status).toBe(200);
  });

  it.each(['/v1/models', '/v1/models/chat', '/server_info', '/version'])(
    'asks for a key before it answers %s',
    async (path) => {
      const refused = await anApp().request(path);
      expect(refused.status).toBe(401);
      expect(await refused.json()).toMatchObject({ error: { code: 'unauthenticated' } });
      expect((await anApp().request(path, authorized)).status).toBe(200);
    },
  );

  it('lists models under their own names and their aliases, slashes included', async () => {
    const app = anApp();
    const list: unknown = await (await app.request('/v1/models', authorized)).json();
    expect(list).toMatchObject({ object: 'list', data: [{ id: 'org/llama' }, { id: 'chat' }] });
    const one: unknown = await (await app.request('/v1/models/org/llama', authorized)).json();
    expect(one).toMatchObject({ id: 'org/llama', object: 'model' });
  });

  it('does not know a model that no replica serves', async () => {
    const answer = await anApp().request('/v1/models/absent', authorized);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      error: { code: 'model_not_found', message: expect.stringContaining('GET /v1/models lists') },
    });
  });

  it.each(['GET', 'PUT', 'DELETE'])(
    'answers %s on a path that takes POST with what it takes',
    async (method) => {
      const answer = await anApp().request('/v1/chat/completions', { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('POST');
      expect(await answer.json()).toMatchObject({ error: { code: 'method_not_allowed' } });
    },
  );

  it.each([
    ['GET', '/nowhere'],
    ['DELETE', '/v1/models'],
    ['POST', '/metrics'],
  ])('answers %s %s with 404 in OpenAI’s shape and the id of the request', async (method, path) => {
    const answer = await anApp().request(path, { method, headers: { 'x-request-id': 'mine' } });
    expect(answer.status).toBe(404);
    expect(answer.headers.get('x-request-id')).toBe('mine');
    expect(await answer.json()).toMatchObject({
      error: { type: 'not_found_error', code: 'not_found', request_id: 'mine' },
    });
  });

  it('tells nobody but its log of a bug', async () => {
    const bugs: unknown[] = [];
    const answer = await anApp('ready', bugs).request('/model_info', authorized);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('a bug');
    expect(bugs).toHaveLength(1);
  });
});
