import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { labelOf, samplesOf } from '../../gateway/wire/prometheus-text.ts';
import type { MetricKey } from '../../telemetry/semconv.ts';
import { metrics } from '../../telemetry/semconv.ts';
import { CommandLine } from '../support/command-line.ts';
import { connectTo } from '../support/live/raw.ts';
import type { ScriptedEngine } from '../support/live/scripted-engine.ts';
import { aScriptedEngine, scriptedModel } from '../support/live/scripted-engine.ts';
import { until } from '../support/live/until.ts';

const MIB = 2 ** 20;

/** The default of `limits.bodyBytesMax`. */
const BODY_BYTES_MAX = 32 * MIB;

/**
 * Ten times the 50 ms that nobody may be held up for, and as much for taking 32 MiB in. Time of the processor: that
 * of the wall is longer on a machine that does other things.
 */
const CPU_SECONDS_MAX = 1;

const path = '/v1/completions';

/** As much of `piece` as fits between two texts into the largest body. */
function filled(start: string, piece: string, end: string): string {
  const room = BODY_BYTES_MAX - start.length - end.length;
  return start + piece.repeat(Math.floor(room / piece.length)) + end;
}

const opening = '{"model":"nobody","prompt":"a","x":';

/** Bodies that cost a reader more than they cost the sender, and the status of each. */
const costly: readonly (readonly [what: string, body: string, status: number])[] = [
  ['a million brackets', `${opening}${'['.repeat(1_000_000)}`, 400],
  ['brackets up to the bound', filled(opening, '[', ''), 400],
  ['objects in objects', `${opening}${'{"a":'.repeat(1_000_000)}`, 400],
  [
    'a hundred thousand names',
    `{${Array.from({ length: 100_000 }, (_, index) => `"${index}":0`).join(',')}}`,
    400,
  ],
  ['one name again and again', filled('{', '"a":1,', '"b":1}'), 400],
  ['a name of megabytes', filled('{"', '\\u0041', '":1}'), 400],
  ['a list of numbers', filled(`${opening}[`, '1,', '1]}'), 400],
  ['a list of long numbers', filled(`${opening}[`, '-0.12345e-7,', '1]}'), 404],
  ['a list of empty objects', filled(`${opening}[`, '{},', '1]}'), 400],
  ['a number of megabytes', filled(opening, '1', '}'), 404],
  ['a text of escapes', filled(`${opening}"`, '\\"', '"}'), 404],
  ['a text of backslashes', filled(`${opening}"`, '\\\\', '"}'), 404],
  ['a text without end', filled(`${opening}"`, 'a', ''), 400],
  ['blanks', filled(opening, ' ', '1}'), 404],
  ['blank lines, then nothing', filled(opening, '\n', ''), 400],
  ['prompts without end', filled('{"model":"nobody","prompt":[', '"",', '""]}'), 400],
];

describe('a costly body', () => {
  let engine: ScriptedEngine;
  let gateway: CommandLine;
  let url: string;
  let adminUrl: string;

  beforeAll(async () => {
    engine = await aScriptedEngine(({ response }) => response.end('{"choices":[]}'));
    gateway = new CommandLine(
      ['serve', '--replica', engine.url, '--port', '0', '--admin-port', '0', '--json'].concat(
        '--log-level',
        'silent',
      ),
    );
    const listening = await gateway.listening();
    url = listening.url;
    adminUrl = listening.adminUrl ?? '';
    await until('it is ready', async () => (await fetch(`${url}/ready`)).ok);
    // Loaded and compiled before it is measured.
    await post('{"model":"nobody","prompt":"a"}');
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });

  async function read(metric: MetricKey): Promise<number> {
    const page = await (await fetch(`${adminUrl}/metrics`)).text();
    const samples = samplesOf(page, metrics[metric].name).filter(
      (sample) => labelOf(sample, 'le') === undefined,
    );
    return samples.reduce((sum, { value }) => sum + value, 0);
  }

  async function post(body: string): Promise<number> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body });
    await answer.text();
    return answer.status;
  }

  it.each(costly)('of %s is judged while others are served', async (_what, body, status) => {
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(BODY_BYTES_MAX);
    const cpuBefore = await read('cpuSeconds');

    expect(await post(body)).toBe(status);

    expect((await read('cpuSeconds')) - cpuBefore).toBeLessThan(CPU_SECONDS_MAX);
    expect(engine.calls).toEqual([]);
  });

  it('is held by no more memory than twice the largest, one after the other', async () => {
    const memoryBefore = await read('residentMemory');
    const body = filled(`${opening}"`, 'a', '"}');
    for (let times = 0; times < 10; times += 1) expect(await post(body)).toBe(404);

    const grown = (await read('residentMemory')) - memoryBefore;
    // Node gives memory back when it sees fit: as much again for what waits for that.
    expect(grown).toBeLessThan(2 * (2 * BODY_BYTES_MAX));
  });

  it('that is compressed is refused unopened', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * MIB));
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip' },
      body: bomb,
    });

    expect(answer.status).toBe(400);
    await expect(answer.text()).resolves.toContain("encoded as 'gzip'");
  });

  it('in chunks without end is cut off at the bound', async () => {
    const connection = await connectTo(url);
    connection.socket.write(
      `POST ${path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`);
    let sentBytes = 0;
    const send = (): void => {
      while (!connection.socket.destroyed && sentBytes < 4 * BODY_BYTES_MAX) {
        sentBytes += chunk.length;
        if (!connection.socket.write(chunk)) return void connection.socket.once('drain', send);
      }
    };
    send();

    // The system takes the answer back from one who still sends when the connection is closed.
    expect(await connection.closed).toMatch(/^(?:HTTP\/1\.1 413 |$)/);
    expect(sentBytes).toBeLessThan(2 * BODY_BYTES_MAX);
  });

  it.each([
    ['more than it is', (bytes: number) => bytes + 5],
    ['less than it is', (bytes: number) => bytes - 5],
  ])('that is announced as %s reaches no engine', async (_what, announced) => {
    const connection = await connectTo(url);
    const body = `{"model":"${scriptedModel}","prompt":"a"}`;
    connection.socket.write(
      `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n` +
        `Content-Length: ${announced(body.length)}\r\n\r\n${body}`,
    );
    connection.socket.end();

    const answer = await connection.closed;
    expect(answer).not.toMatch(/^HTTP\/1\.1 200/m);
    expect(engine.calls).toEqual([]);
  });

  it('passes its numbers and unknown members to the engine byte for byte', async () => {
    const body =
      `{"model": "${scriptedModel}","prompt":"a", "seed":18446744073709551616,"x":1e999,` +
      '"y":-0.0,"z":1.0, "__proto__":{"a":1},"constructor":2,"ü":"\\ud83c\\udf4f\\ud800"}';

    expect(await post(body)).toBe(200);
    expect(engine.calls.at(-1)?.body).toBe(body);
  });
});
