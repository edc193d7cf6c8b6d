import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { percentile } from '../../bench/relay/percentile.ts';
import { connectTo, rawPost } from '../../support/live/raw.ts';
import { aScriptedEngine, openStream, scriptedModel } from '../../support/live/scripted-engine.ts';
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
    await using flooding = await aScriptedEngine((call) => {
      Readable.from(flood()).pipe(openStream(call));
    });
    await using gateway = await GatewayProcess.start({
      replicas: [{ url: normal.url }, { url: flooding.url, engine: 'openai' }],
    });
    await gapsOf(gateway, 5);
    const alone = await gapsOf(gateway, seconds);
    const idleMb = gateway.residentMb;
    const memory = sampled(500, () => gateway.residentMb);
    const readers = await Promise.all(Array.from({ length: SLOW }, () => slowReader(gateway.url)));
    // The kernel's buffers fill first.
    await sleep(3_000);
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

function* flood(): Generator<string> {
  const event = chatEvent('x'.repeat(4_000));
  for (;;) yield event;
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

interface SlowReader {
  readonly socket: Socket;
  leave(): void;
}

/** Asks for a stream, and takes a kilobyte of it each second. */
async function slowReader(url: string): Promise<SlowReader> {
  const { socket } = await connectTo(url);
  socket.removeAllListeners('data').pause();
  const body = JSON.stringify({
    model: scriptedModel,
    messages: [{ role: 'user', content: 'a' }],
    stream: true,
  });
  socket.write(rawPost('/v1/chat/completions', body));
  const reading = setInterval(() => void socket.read(SLOW_BYTES_PER_SECOND), 1_000);
  return {
    socket,
    leave: () => {
      clearInterval(reading);
      socket.destroy();
    },
  };
}
