import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { percentile } from '../../bench/relay/percentile.ts';
import { connectTo, rawPost } from '../../support/live/raw.ts';
import { aScriptedEngine, openStream, scriptedModel } from '../../support/live/scripted-engine.ts';
import { until } from '../../support/live/until.ts';
import { chatEvent } from '../../support/streams.ts';
import { aBenchEngine, askBench } from '../load/bench-engine.ts';
import { GatewayProcess } from '../load/process-fleet.ts';
import { sampled } from '../load/samples.ts';
import { connect, stream } from '../load/stream-client.ts';
import type { Part } from '../part.ts';
import { portion } from '../part.ts';

const SECONDS = 120;
const SLOW = 200;
const SLOW_BYTES_PER_SECOND = 1_024;
const NORMAL = 200;
const TOKENS_PER_SECOND = 10;

/** Kernels hold some megabytes of each connection, which pass through the gateway first. */
const FILLING_MS_MAX = 60_000;

/** As long as it takes to read more than those buffers hold. */
const QUICK_MS = 8_000;

/** Held for one that reads slowly, and for all of them together. */
const MB_EACH = 0.128;
const MB_TOGETHER = 30;

/** Who reads slowly costs little memory, and nobody else any time. */
export const slowReaders: Part = {
  name: 'slow-readers',
  what: `${NORMAL} streams for ${SECONDS} s alone, then beside ${SLOW} readers at 1 KB/s of engines that flood`,
  async play(share) {
    const seconds = portion(SECONDS, share, 15);
    await using normal = await aBenchEngine();
    let events = 0;
    await using flooding = await aScriptedEngine((call) => {
      Readable.from(flood(() => (events += 1))).pipe(openStream(call));
    });
    await using gateway = await GatewayProcess.start({
      replicas: [{ url: normal.url }, { url: flooding.url, engine: 'openai' }],
    });
    await gapsOf(gateway, 5);
    const alone = await gapsOf(gateway, seconds);
    const coldMb = gateway.residentMb;
    await floodQuickly(gateway.url);
    const idleMb = gateway.residentMb;
    const memory = sampled(500, () => gateway.residentMb);
    const readers = await Promise.all(Array.from({ length: SLOW }, () => slowReader(gateway.url)));
    // The kernel's buffers fill first; then the engines stand still but for a kilobyte a second each.
    await until(
      'the engines are paused',
      async () => {
        const before = events;
        await sleep(1_000);
        return events - before < SLOW;
      },
      FILLING_MS_MAX,
    );
    const beside = await gapsOf(gateway, seconds);
    const mostMb = Math.max(...memory().map(({ value }) => value));
    const open = readers.filter(({ socket }) => !socket.destroyed).length;
    for (const reader of readers) reader.leave();
    const p99 = percentile(beside, 0.99);
    return {
      amount: `${seconds} s each, ${SLOW} slow readers, ${open} of them to the end`,
      figures: [
        {
          name: 'memory more',
          value: mostMb - idleMb,
          unit: 'MB',
          atMost: SLOW * MB_EACH + MB_TOGETHER,
        },
        {
          name: 'memory that a flood to quick readers had taken before',
          value: idleMb - coldMb,
          unit: 'MB',
        },
        { name: 'gap of the others alone, p99', value: percentile(alone, 0.99), unit: 'ms' },
        { name: 'gap beside slow readers, p99', value: p99, unit: 'ms' },
        {
          name: 'that is more by',
          value: (p99 / percentile(alone, 0.99) - 1) * 100,
          unit: '%',
          atMost: 10,
        },
      ],
    };
  },
};

function* flood(gives: () => void): Generator<string> {
  const event = chatEvent('x'.repeat(4_000));
  for (;;) {
    gives();
    yield event;
  }
}

/** All gaps between the tokens of the normal streams, while they last. */
async function gapsOf({ url }: GatewayProcess, seconds: number): Promise<readonly number[]> {
  const pool = connect(url);
  const gaps: number[] = [];
  const asked = {
    ...askBench(seconds * TOKENS_PER_SECOND, TOKENS_PER_SECOND),
    onGap: (gapMs: number) => void gaps.push(gapMs),
  };
  await Promise.all(Array.from({ length: NORMAL }, () => stream(pool, asked)));
  await pool.destroy();
  return gaps;
}

/** As many readers of the same, as fast as it comes: what passes through leaves garbage, whoever reads. */
async function floodQuickly(url: string): Promise<void> {
  const readers = await Promise.all(Array.from({ length: SLOW }, () => reader(url)));
  for (const socket of readers) socket.resume();
  await sleep(QUICK_MS);
  for (const socket of readers) socket.destroy();
}

interface SlowReader {
  readonly socket: Socket;
  leave(): void;
}

/** Asks for a stream, and takes a kilobyte of it each second. */
async function slowReader(url: string): Promise<SlowReader> {
  const socket = await reader(url);
  const reading = setInterval(() => void socket.read(SLOW_BYTES_PER_SECOND), 1_000);
  return {
    socket,
    leave: () => {
      clearInterval(reading);
      socket.destroy();
    },
  };
}

/** A connection that has asked for a flood, of which nothing is read yet. */
async function reader(url: string): Promise<Socket> {
  const { socket } = await connectTo(url);
  socket.removeAllListeners('data').pause();
  const body = JSON.stringify({
    model: scriptedModel,
    messages: [{ role: 'user', content: 'a' }],
    stream: true,
  });
  socket.write(rawPost('/v1/chat/completions', body));
  return socket;
}
