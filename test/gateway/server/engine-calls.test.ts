import type { IncomingMessage } from 'node:http';

import { describe, expect, it } from 'vitest';

import type { CallEngine } from '../../../gateway/server/engine-calls.ts';
import { EngineCalls } from '../../../gateway/server/engine-calls.ts';
import { hashKey, KeyCheck } from '../../../gateway/server/key-check.ts';
import { Fleet } from '../../../routing/fleet.ts';
import { replicas } from '../../support/builders.ts';

const noKey = new KeyCheck(undefined);

function aFleet(...ready: string[]): Fleet {
  const fleet = new Fleet();
  for (const replica of replicas(3)) fleet.join(replica);
  for (const id of ready) fleet.setState(id, 'ready');
  return fleet;
}

/** Answers by a status for each replica; 0 is no answer at all. */
function answering(statuses: Readonly<Record<string, number>>, asked: string[] = []): CallEngine {
  return ({ id }, path) => {
    asked.push(`${id} ${path}`);
    const status = statuses[id] ?? 0;
    if (status === 0) return Promise.reject(new Error('nobody there'));
    return Promise.resolve({ status, contentType: 'application/json', body: `{"of":"${id}"}` });
  };
}

function from(remoteAddress: string, headers: Record<string, string> = {}): IncomingMessage {
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

describe('what engines tell', () => {
  it('comes from the first ready replica that knows the path', async () => {
    const asked: string[] = [];
    const call = answering({ 'replica-1': 404, 'replica-2': 200 }, asked);
    const calls = new EngineCalls(aFleet('replica-1', 'replica-2'), call, noKey);
    expect(await calls.info('/server_info')).toMatchObject({
      status: 200,
      body: '{"of":"replica-2"}',
    });
    expect(asked).toEqual(['replica-1 /server_info', 'replica-2 /server_info']);
  });

  it('is the last bad answer where none is good, one that never came included', async () => {
    const calls = new EngineCalls(
      aFleet('replica-0', 'replica-1'),
      answering({ 'replica-0': 404 }),
      noKey,
    );
    const { status, body } = await calls.info('/version');
    expect(status).toBe(502);
    expect(body).toContain('nobody there');
  });

  it('cannot be had while no replica is ready', async () => {
    const calls = new EngineCalls(aFleet(), answering({}), noKey);
    await expect(calls.info('/version')).rejects.toMatchObject({ code: 'no_replica' });
  });

  it('names no key that an engine was started with', async () => {
    const body =
      '{"api_key": "se\\"cret","admin_api_key":"s2","model":"llama","api_key_file":null}';
    const call: CallEngine = () =>
      Promise.resolve({ status: 200, contentType: 'application/json', body });
    const told = await new EngineCalls(aFleet('replica-0'), call, noKey).info('/server_info');
    expect(JSON.parse(told.body)).toEqual({
      api_key: '***',
      admin_api_key: '***',
      model: 'llama',
      api_key_file: null,
    });
  });
});

describe('flushing the caches', () => {
  it('reaches every ready replica and says how each took it', async () => {
    const call = answering({ 'replica-0': 200 });
    const calls = new EngineCalls(aFleet('replica-0', 'replica-2'), call, noKey);
    expect(await calls.flushCaches()).toEqual({ 'replica-0': 200, 'replica-2': 502 });
  });

  it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])(
    'is open to loopback: %s',
    (address) => {
      const calls = new EngineCalls(aFleet(), answering({}), noKey);
      expect(() => calls.checkMayFlush(from(address))).not.toThrow();
    },
  );

  it.each(['10.0.0.1', '1.127.0.0', '::2', '::ffff:10.0.0.1', ''])(
    'is closed to others: %s',
    (address) => {
      const calls = new EngineCalls(aFleet(), answering({}), noKey);
      expect(() => calls.checkMayFlush(from(address))).toThrow(
        expect.objectContaining({ code: 'forbidden', status: 403 }),
      );
    },
  );

  it.each(['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'])(
    'is closed to loopback behind a proxy that says so by %s',
    (name) => {
      const calls = new EngineCalls(aFleet(), answering({}), noKey);
      expect(() => calls.checkMayFlush(from('127.0.0.1', { [name]: 'x' }))).toThrow(/admin key/);
    },
  );

  it('is open to the bearer of the admin key from anywhere, and of no other', () => {
    const calls = new EngineCalls(
      aFleet(),
      answering({}),
      new KeyCheck(hashKey('admin').toString('hex')),
    );
    const headers = (authorization: string) => ({ authorization, via: 'proxy' });
    expect(() => calls.checkMayFlush(from('10.0.0.1', headers('Bearer admin')))).not.toThrow();
    expect(() => calls.checkMayFlush(from('10.0.0.1', headers('Bearer other')))).toThrow(
      /admin key/,
    );
  });
});
