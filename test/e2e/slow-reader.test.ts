import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { readStream, says } from '../support/live/answers.ts';
import { inFlightOf, LiveGateway, nothingInFlight } from '../support/live/gateway.ts';
import { openAi } from '../support/live/openai.ts';
import { rawPost } from '../support/live/raw.ts';
import type { ScriptedCall } from '../support/live/scripted-engine.ts';
import {
  aScriptedEngine,
  openStream,
  scriptedModel,
  scriptedReplica,
} from '../support/live/scripted-engine.ts';
import type { HeldBytes } from '../support/live/sockets.ts';
import { watchHeldBytes } from '../support/live/sockets.ts';
import { until } from '../support/live/until.ts';
import { chatEvent, doneEvent, finishEvent } from '../support/streams.ts';

/** Held of one stream at most, beyond what the kernel holds: 64 KiB, of which a paused read may have 16. */
const HELD_BYTES_MAX = 48 * 1024;

/** More than the kernel holds on two connections, at most 10 MB each as Linux is set up. */
const ANSWER_BYTES = 32 * 2 ** 20;

/** Without a byte for so long, an engine that could send has been stopped. */
const STILL_MS = 150;

const event = Buffer.from(chatEvent('x'.repeat(4000)));
const ending = Buffer.from(finishEvent('stop') + doneEvent);

/** How an engine sends: as fast as its connection takes it, or event by event as one that decodes. */
type Pace = 'flood' | 'events';

/** Sends `ANSWER_BYTES`, and looks at each event how much is held. */
async function pour(response: ServerResponse, pace: Pace, look?: () => unknown): Promise<void> {
  for (let sent = 0; sent < ANSWER_BYTES && !response.destroyed; sent += event.length) {
    look?.();
    if (!response.write(event)) await drained(response);
    if (pace === 'events') await new Promise((resolve) => setImmediate(resolve));
  }
  response.end(ending);
}

/** Resolves when more may be written, or nothing any more. */
async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}

/** A connection from which nothing is read. */
async function connectBlind(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.pause();
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Resolves when the engine has stood still, with what it had sent by then. */
async function stoppedAt({ response }: ScriptedCall): Promise<number> {
  return until('the engine is paused', async () => {
    const before = response.socket?.bytesWritten;
    await sleep(STILL_MS);
    return response.writableNeedDrain && before === response.socket?.bytesWritten && before;
  });
}

async function theCall(calls: readonly ScriptedCall[]): Promise<ScriptedCall> {
  return until('the engine is asked', () => calls[0]);
}

const body = JSON.stringify({ model: scriptedModel, messages: says('a'), stream: true });

describe('a client that does not read', () => {
  it.each([
    ['decodes', 'events'],
    ['floods', 'flood'],
  ] as const)('pauses an engine that %s, and gets every byte later', async (_what, pace) => {
    const watched: { held?: HeldBytes } = {};
    await using engine = await aScriptedEngine((call) => {
      void pour(openStream(call), pace, () => watched.held?.now());
    });
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);
    using held = watchHeldBytes(gateway.url, engine.url);
    watched.held = held;

    const client = await connectBlind(gateway.url);
    client.write(rawPost('/v1/chat/completions', body, { connection: 'close' }));
    const sent = await stoppedAt(await theCall(engine.calls));

    expect(sent).toBeLessThan(ANSWER_BYTES);
    expect(held.now()).toBeGreaterThan(0);
    expect(held.most()).toBeLessThanOrEqual(HELD_BYTES_MAX);

    const answer = await readAll(client);
    expect(held.most()).toBeLessThanOrEqual(HELD_BYTES_MAX);
    expect(answer).toEqual(wholeAnswer());
    await gateway.empty();
    await expect(gateway.counted('pauses')).resolves.toBeGreaterThan(0);
  });

  it('and leaves has its engine let go', async () => {
    await using engine = await aScriptedEngine((call) => {
      void pour(openStream(call), 'flood');
    });
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);

    const client = await connectBlind(gateway.url);
    client.write(rawPost('/v1/chat/completions', body));
    const call = await theCall(engine.calls);
    await stoppedAt(call);
    client.destroy();

    await until('the engine is let go', () => call.response.destroyed);
    expect(inFlightOf(await gateway.empty())).toEqual(nothingInFlight);
  });

  it('holds up nobody else', async () => {
    await using engine = await aScriptedEngine((call) => {
      if (call.body.includes('quick')) {
        openStream(call).end(chatEvent('at once') + ending.toString());
      } else void pour(openStream(call), 'flood');
    });
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);
    const client = await connectBlind(gateway.url);
    client.write(rawPost('/v1/chat/completions', body));
    await stoppedAt(await theCall(engine.calls));

    const stream = await readStream(
      openAi(gateway).chat.completions.create({
        model: scriptedModel,
        messages: says('quick'),
        stream: true,
      }),
    );

    expect(stream).toMatchObject({ text: 'at once', thrown: undefined });
    client.destroy();
    await gateway.empty();
  });

  it('of a whole answer pauses the engine too', async () => {
    const watched: { held?: HeldBytes } = {};
    await using engine = await aScriptedEngine((call) => {
      call.response.writeHead(200, { 'content-type': 'application/json' });
      call.response.write('{"text":"');
      void pour(call.response, 'flood', () => watched.held?.now());
    });
    await using gateway = await LiveGateway.start({ replicas: [scriptedReplica(engine)] });
    await gateway.ready(1);
    using held = watchHeldBytes(gateway.url, engine.url);
    watched.held = held;

    const client = await connectBlind(gateway.url);
    client.write(
      rawPost(
        '/v1/chat/completions',
        JSON.stringify({ model: scriptedModel, messages: says('a') }),
      ),
    );
    await stoppedAt(await theCall(engine.calls));

    expect(held.most()).toBeLessThanOrEqual(HELD_BYTES_MAX);
    client.destroy();
    await gateway.empty();
  });
});

/** The body that came, its chunked coding taken off: how long, and its hash. */
async function readAll(socket: Socket): Promise<{ bytes: number; sha256: string }> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.resume();
  await once(socket, 'close');
  const all = Buffer.concat(chunks);
  const hash = createHash('sha256');
  let bytes = 0;
  for (let at = all.indexOf('\r\n\r\n') + 4; ;) {
    const lineEnd = all.indexOf('\r\n', at);
    const size = Number.parseInt(all.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) return { bytes, sha256: hash.digest('hex') };
    hash.update(all.subarray(lineEnd + 2, lineEnd + 2 + size));
    bytes += size;
    at = lineEnd + 2 + size + 2;
  }
}

function wholeAnswer(): { bytes: number; sha256: string } {
  const events = Math.ceil(ANSWER_BYTES / event.length);
  const hash = createHash('sha256');
  for (let sent = 0; sent < events; sent += 1) hash.update(event);
  hash.update(ending);
  return { bytes: events * event.length + ending.length, sha256: hash.digest('hex') };
}
