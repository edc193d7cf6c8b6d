import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { openAiChat } from '../../../gateway/dialects/openai-chat.ts';
import { Dispatcher } from '../../../gateway/pipeline/dispatcher.ts';
import { Authenticator } from '../../../gateway/server/auth.ts';
import { Doorkeeper } from '../../../gateway/server/doorkeeper.ts';
import type { ReceiveParts } from '../../../gateway/server/receive.ts';
import { receive } from '../../../gateway/server/receive.ts';
import { Tenants } from '../../../gateway/server/tenants.ts';
import { Admission } from '../../../routing/admission.ts';
import { Fleet } from '../../../routing/fleet.ts';
import { createPolicy } from '../../../routing/policies/catalog.ts';
import { Router } from '../../../routing/router.ts';
import { Recorder } from '../../../telemetry/recorder.ts';
import type { Arrival } from '../../../telemetry/recorder.ts';
import { aPipeline } from '../../support/pipeline.ts';
import { someCaps } from '../../support/caps.ts';

const closings: (() => void)[] = [];

afterEach(() => {
  for (const close of closings.splice(0)) close();
});

/** A door to a house without replicas, and the records of those who came. */
async function aDoor(facts: Partial<ReceiveParts> = {}) {
  const records: Recorder[] = [];
  const clock = { nowMs: () => 5, after: () => () => undefined };
  const fleet = new Fleet();
  const limits = { mode: 'pass-through', waitingRequestsMax: 1, waitingMsMax: 1 } as const;
  const telemetry = {
    record: (arrival: Arrival) =>
      new Recorder(
        arrival,
        undefined,
        (record) => records.push(record),
        () => 0.5,
      ),
  };
  const parts = {
    pipeline: {
      ...aPipeline({ members: [] }).parts,
      dispatcher: new Dispatcher({
        fleet,
        clock,
        router: new Router(createPolicy('kv-aware', { random: () => 0 })),
        admission: new Admission(limits),
      }),
      clock,
    },
    telemetry,
    authenticator: new Authenticator([]),
    tenants: new Tenants([]),
    doorkeeper: new Doorkeeper(10),
    clock,
    bodyBytesMax: 1_000,
    caps: someCaps,
    totalMsMax: 1_000,
    ...facts,
  } as unknown as ReceiveParts;
  const server = createServer((incoming, response) => {
    void receive(incoming, response, openAiChat, '/v1/chat/completions', parts);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closings.push(
    () => server.closeAllConnections(),
    () => {
      server.close();
    },
  );
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(url, { method: 'POST', body, headers });
  return { post, records, parts };
}

const chat = JSON.stringify({ model: 'llama', messages: [1], stream: true });

describe('receiving a request', () => {
  it('ends each one with one record, which tells whose it was and what it asked', async () => {
    const { post, records } = await aDoor();
    const answer = await post(chat, { 'x-request-id': 'mine' });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(answer.headers.get('x-request-id')).toBe('mine');
    await answer.text();
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      tenant: 'anonymous',
      dialect: 'openai-chat',
      model: 'llama',
      streamed: true,
      errorCode: 'no_replica',
      status: 503,
      requestBytes: chat.length,
    });
  });

  it('records those that cannot be read, and says where the body is broken', async () => {
    const { post, records } = await aDoor();
    const answer = await post('{"model": ');
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('at byte 10');
    expect(records[0]).toMatchObject({
      errorCode: 'invalid_request',
      status: 400,
      model: undefined,
    });
  });

  it('takes bodies up to the bound and refuses one byte more', async () => {
    const { post, parts } = await aDoor();
    const most = chat.padEnd(parts.bodyBytesMax, ' ');
    expect((await post(most)).status).toBe(503);
    expect((await post(`${most} `)).status).toBe(413);
  });

  it('reads what a request wishes, within what its tenant may', async () => {
    const tenants = new Tenants([{ name: 'anonymous', weight: 3, priority: 2 }]);
    const { post, parts } = await aDoor({ tenants });
    const entered = vi.spyOn(parts.pipeline.dispatcher, 'enter');
    await post(chat, { 'x-gateway-priority': '9', 'x-gateway-deadline-ms': '400' });
    await post(chat, { 'x-gateway-priority': '-1' });

    expect(entered.mock.calls.map(([request]) => request)).toMatchObject([
      { priority: 2, tenantWeight: 3, deadlineMs: 405, bodyBytes: chat.length },
      { priority: -1, tenantWeight: 3, deadlineMs: 1005 },
    ]);
  });

  it('refuses a request whose wish cannot be read, and one whose time is up', async () => {
    const { post, records } = await aDoor();
    expect((await post(chat, { 'x-gateway-priority': 'high' })).status).toBe(400);
    expect((await post(chat, { 'x-gateway-deadline-ms': '0' })).status).toBe(503);

    expect(records).toMatchObject([{ errorCode: 'invalid_request' }, { errorCode: 'saturated' }]);
  });

  it('asks for the key before it reads the body', async () => {
    const authenticator = new Authenticator([{ tenant: 'a', sha256: '0'.repeat(64) }]);
    const { post, records } = await aDoor({ authenticator });
    expect((await post('not even JSON')).status).toBe(401);
    expect(records[0]).toMatchObject({ errorCode: 'unauthenticated' });
  });

  it('lets nobody in once the door is closed, and is empty when each has been answered', async () => {
    const { post, parts } = await aDoor();
    await post(chat);
    expect(parts.doorkeeper.inside).toBe(0);
    await parts.doorkeeper.close();
    const answer = await post(chat);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ error: { code: 'shutting_down' } });
  });
});
