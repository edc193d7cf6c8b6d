/**
 * What a broken collector costs requests: the p99 of short streams and the memory of the gateway, with a
 * collector that takes spans and with one that fails in each of its ways, in turns; and how soon spans go on.
 *
 *     npm run bench:collector [-- --seconds 15 --rate 200]
 *
 * Absolute times move with the machine; the differences inside one run are what counts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';

import type { CollectorMode } from '../support/live/collector.ts';
import { aCollector } from '../support/live/collector.ts';
import { percentile } from './relay/percentile.ts';
import { answers, freePort } from './relay/ports.ts';
import { residentBytes } from './relay/process-cpu.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '15' },
    rate: { type: 'string', default: '200' },
  },
});
const seconds = Number(values.seconds);
const requestsPerSecond = Number(values.rate);

const faults: readonly CollectorMode[] = ['refuses', 'swallows', 'is late', 'is busy', 'resets'];
const MEBIBYTE = 2 ** 20;
const WARM_UPS = 2;

/** A server span and one of the attempt. */
const SPANS_EACH = 2;

const here = import.meta.dirname;
const collector = await aCollector({ keeps: false });
const enginePort = await freePort();
const engine = spawn(process.execPath, [join(here, 'relay/engine.ts'), String(enginePort)]);
const engineUrl = `http://127.0.0.1:${enginePort}`;
await answers(engineUrl);
const [port, adminPort] = [await freePort(), await freePort()];
const serve = [join(here, '../../gateway/main.ts'), 'serve', '--replica', engineUrl];
const ports = ['--port', String(port), '--admin-port', String(adminPort)];
const traced = ['--otlp-endpoint', collector.url];
const gateway = spawn(process.execPath, [...serve, ...ports, ...traced], { stdio: 'ignore' });
const url = `http://127.0.0.1:${port}`;
await answers(`${url}/ready`);
const pool = new Pool(url, { connections: 256, pipelining: 1 });
const body = JSON.stringify({
  model: 'bench',
  prompt: 'word '.repeat(200),
  max_tokens: 8,
  rate: 1000,
  stream: true,
});

let requests = 0;
// Until the code is compiled and the heap has its size.
for (let warmUp = 0; warmUp < WARM_UPS; warmUp += 1) await load();
console.log(
  'collector    p99 ms  against before  RSS MiB  against before  lost of made  resumes s',
);
for (const fault of faults) {
  await collector.becomes('takes');
  const before = await load();
  const counted = await settled();
  const requestsBefore = requests;
  await collector.becomes(fault);
  const during = await load();
  await collector.becomes('takes');
  const resumesSeconds = await resumed();
  const after = await settled();
  const lost = after.lost - counted.lost;
  const made = SPANS_EACH * (requests - requestsBefore);
  console.log(
    [
      fault.padEnd(10),
      during.p99Ms.toFixed(2).padStart(8),
      signed(during.p99Ms - before.p99Ms, 2).padStart(15),
      (during.bytes / MEBIBYTE).toFixed(0).padStart(8),
      signed((during.bytes - before.bytes) / MEBIBYTE, 1).padStart(15),
      `${lost} of ${made}`.padStart(13),
      resumesSeconds.toFixed(1).padStart(10),
    ].join(' '),
  );
}
gateway.kill('SIGTERM');
engine.kill('SIGTERM');
await once(gateway, 'exit');
await pool.destroy();
await collector[Symbol.asyncDispose]();

interface LoadFigures {
  readonly p99Ms: number;
  /** The most resident memory that was seen. */
  readonly bytes: number;
}

/** Requests at an even rate, whatever becomes of those before. */
async function load(): Promise<LoadFigures> {
  const took: number[] = [];
  const running: Promise<void>[] = [];
  let bytes = 0;
  const startMs = performance.now();
  for (let sent = 0; sent < seconds * requestsPerSecond; sent += 1) {
    const dueMs = startMs + (sent * 1000) / requestsPerSecond;
    while (performance.now() < dueMs) await sleep(1);
    running.push(request(took));
    if (sent % requestsPerSecond === 0) bytes = Math.max(bytes, residentBytes(gateway.pid ?? 0));
  }
  await Promise.all(running);
  return { p99Ms: percentile(took, 0.99), bytes: Math.max(bytes, residentBytes(gateway.pid ?? 0)) };
}

async function request(took: number[]): Promise<void> {
  requests += 1;
  const startMs = performance.now();
  const { body: answer, statusCode } = await pool.request({
    method: 'POST',
    path: '/v1/completions',
    headers: { 'content-type': 'application/json' },
    body,
  });
  await answer.text();
  if (statusCode !== 200) throw new Error(`status ${statusCode}`);
  took.push(performance.now() - startMs);
}

/** Seconds until the collector takes spans again. */
async function resumed(): Promise<number> {
  const startMs = performance.now();
  const { sent } = await counts();
  for (;;) {
    await request([]);
    await sleep(50);
    if ((await counts()).sent > sent) return (performance.now() - startMs) / 1000;
  }
}

/** The counts once every span that was made is in one of them: they are exact, or this never ends. */
async function settled(): Promise<{ readonly sent: number; readonly lost: number }> {
  for (;;) {
    const { sent, lost } = await counts();
    if (sent + lost === SPANS_EACH * requests) return { sent, lost };
    await sleep(100);
  }
}

async function counts(): Promise<{ readonly sent: number; readonly lost: number }> {
  const page = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  const sum = (name: string): number =>
    [...page.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, 'gmu'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
  return { sent: sum('gateway_spans_exported_total'), lost: sum('gateway_spans_dropped_total') };
}

function signed(value: number, digits: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(digits)}`;
}
