import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { LiveGateway } from '../support/live/gateway.ts';
import type { Fate, HostileRequest } from '../support/live/hostile-requests.ts';
import {
  bodyOf,
  HOSTILE_PATH,
  hostileRequests,
  SMUGGLED,
} from '../support/live/hostile-requests.ts';
import { connectTo, rawPost } from '../support/live/raw.ts';
import type { ScriptedEngine } from '../support/live/scripted-engine.ts';
import { aScriptedEngine, scriptedReplica } from '../support/live/scripted-engine.ts';
import { until } from '../support/live/until.ts';

const answer = JSON.stringify({ choices: [{ index: 0, text: 'a', finish_reason: 'stop' }] });

/** Everything that the gateway says to an engine, and nothing else. */
const HEADERS_SENT = new Set([
  'host',
  'content-type',
  'accept-encoding',
  'x-request-id',
  'content-length',
  'tracestate',
]);

describe('hostile requests', () => {
  let engine: ScriptedEngine;
  let gateway: LiveGateway;

  beforeAll(async () => {
    engine = await aScriptedEngine(({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    });
    gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });

  /** What came back, once nothing more comes. */
  async function sent({ text, fate }: HostileRequest): Promise<string> {
    const connection = await connectTo(gateway.url);
    connection.socket.write(text, 'latin1');
    if (fate !== 'awaited') return connection.closed;
    // A request behind it that is answered says that it was taken in as far as it goes.
    await answeredBehind();
    connection.socket.destroy();
    return connection.closed;
  }

  async function answeredBehind(): Promise<void> {
    const connection = await connectTo(gateway.url);
    connection.socket.write('GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await connection.closed;
  }

  function expectFate(fate: Fate, received: string, calls: number): void {
    const statuses = received.match(/^HTTP\/1\.1 \d{3}/gm) ?? [];
    const last = Number(statuses.at(-1)?.slice(-3) ?? Number.NaN);
    expect(calls).toBeGreaterThanOrEqual(fate === 'served' ? 1 : 0);
    expect(calls).toBeLessThanOrEqual(fate === 'served' || fate === 'cut' ? 1 : 0);
    switch (fate) {
      case 'cut':
        return expect(statuses.length).toBeLessThanOrEqual(1);
      case 'served':
      case 'answered':
        return expect(statuses).toEqual(['HTTP/1.1 200']);
      case 'awaited':
        return expect(statuses).toEqual([]);
      case 'refused':
        // A connection that closes without a word is an answer too.
        expect(statuses.length).toBeLessThanOrEqual(1);
        return expect(Number.isNaN(last) || (last >= 400 && last < 500)).toBe(true);
    }
  }

  it('are four hundred and more, no two alike', () => {
    expect(hostileRequests.length).toBeGreaterThanOrEqual(400);
    expect(new Set(hostileRequests.map(({ text }) => text)).size).toBe(hostileRequests.length);
  });

  it.each(hostileRequests)('$fate: $what', async (hostile) => {
    const callsBefore = engine.calls.length;

    const received = await sent(hostile);

    const calls = engine.calls.slice(callsBefore);
    expectFate(hostile.fate, received, calls.length);
    expect(received).not.toContain(SMUGGLED);
    for (const { path, body, request } of calls) {
      expect(path).toBe(HOSTILE_PATH);
      expect(JSON.parse(body)).toEqual(JSON.parse(bodyOf(hostile.what)));
      const names = request.rawHeaders.filter((_, index) => index % 2 === 0);
      expect(new Set(names).size).toBe(names.length);
      expect(names.filter((name) => !HEADERS_SENT.has(name))).toEqual([]);
      expect(request.headers['content-length']).toBe(String(Buffer.byteLength(body)));
    }
  });

  it('come to no engine as anything but whole requests, as many as were answered', async () => {
    const count = (wanted: Fate): number =>
      hostileRequests.filter(({ fate }) => fate === wanted).length;

    expect(engine.calls.length).toBeGreaterThanOrEqual(count('served'));
    expect(engine.calls.length).toBeLessThanOrEqual(count('served') + count('cut'));
    expect(engine.malformed()).toBe(0);
    expect(engine.calls.some(({ body }) => body.includes(SMUGGLED))).toBe(false);
    await gateway.empty();
  });

  it('leave the gateway as it was', async () => {
    const connection = await connectTo(gateway.url);
    const body = bodyOf('afterwards');

    connection.socket.write(rawPost(HOSTILE_PATH, body, { connection: 'close' }));

    expect(await connection.closed).toMatch(/^HTTP\/1\.1 200 /);
    await until('the engine has it', () => engine.calls.at(-1)?.body === body);
  });
});
