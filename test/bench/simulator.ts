import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

import { findPreset, type Preset } from '../../deploy/simulator/presets.ts';
import { startSimulatedReplica } from '../../deploy/simulator/server.ts';

/**
 * What a streamed token costs the simulator: `node test/bench/simulator.ts [preset] [streams] [tokens] [speed]`. The
 * client is a process of its own that reads and throws away.
 */

/** Opens `streams` requests for `tokens` tokens each over raw sockets; resolves when all have ended. */
async function drink(url: URL, streams: number, tokens: number): Promise<void> {
  const body = JSON.stringify({
    model: 'm',
    prompt: 'able about above across act add after again',
    max_tokens: tokens,
    stream: true,
    ignore_eos: true,
  });
  const head = `POST /v1/completions HTTP/1.1\r\nhost: ${url.host}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  await Promise.all(
    Array.from({ length: streams }, async () => {
      const socket = connect(Number(url.port), url.hostname);
      socket.resume();
      socket.write(head + body);
      await once(socket, 'close');
    }),
  );
}

async function measure(
  preset: Preset,
  streams: number,
  tokens: number,
  speed: number,
): Promise<void> {
  const replica = await startSimulatedReplica({
    preset,
    host: '127.0.0.1',
    port: 0,
    adminPort: 0,
    speed,
    model: 'm',
  });
  const before = process.cpuUsage();
  const startMs = performance.now();
  const client = fork(import.meta.filename, [
    'drink',
    replica.url,
    String(streams),
    String(tokens),
  ]);
  await once(client, 'exit');
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(before);
  const made = streams * tokens;
  const state: unknown = await (await fetch(`${replica.adminUrl}/state`)).json();
  console.log(
    `${preset.name}: ${streams} streams of ${tokens} tokens at speed ${speed}: ${(made / seconds).toFixed(0)} tokens/s, ` +
      `${((user + system) / made).toFixed(2)} us of CPU a token (${((system * 100) / (user + system)).toFixed(0)} % in the kernel), ` +
      `${(((user + system) / 1e6 / seconds) * 100).toFixed(0)} % of a core`,
  );
  console.log(JSON.stringify(state));
  await replica.close();
}

const [first = 'sglang-0.2.14-8xh100-tp8', ...rest] = process.argv.slice(2);
if (first === 'drink') {
  const [url = '', streams = '1', tokens = '1'] = rest;
  await drink(new URL(url), Number(streams), Number(tokens));
} else {
  const [streams = '540', tokens = '300', speed = '3'] = rest;
  const preset = findPreset(first);
  if (preset === undefined) throw new Error(`no preset is named ${first}`);
  await measure(preset, Number(streams), Number(tokens), Number(speed));
}
