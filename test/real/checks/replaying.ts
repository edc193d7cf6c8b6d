import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { gatewayCommand } from '../../../gateway/replay/fleet/gateway-command.ts';
import type { Check } from '../stand.ts';

const REQUESTS = 24;

/** The line that `gateway replay --json` prints, as far as it is looked at. */
interface ReplayLine {
  readonly completed: number;
  readonly total_input_tokens: number;
  readonly total_output_tokens: number;
  readonly duration: number;
  readonly mean_ttft_ms: number;
  readonly mean_itl_ms: number;
}

/** Backends by the reference's names: each is another API. `sglang` is SGLang's own, which only SGLang has. */
const backends = ['vllm', 'vllm-chat', 'sglang'];

/** The benchmark of the house, on engines that nobody here has written. */
export const replaying: readonly Check[] = backends.map((backend) => ({
  title: `gateway replay --url runs through the gateway, backend ${backend}`,
  async try({ gateway }) {
    const line = await replay(gateway.url, backend);
    assert.equal(line.completed, REQUESTS);
    assert.ok(line.mean_ttft_ms > 0 && line.mean_itl_ms > 0);
    const tokens = `${line.total_input_tokens} tokens in, ${line.total_output_tokens} out`;
    const times = `${line.duration.toFixed(1)} s, first token ${line.mean_ttft_ms.toFixed(0)} ms`;
    return `${line.completed} requests, ${tokens}, ${times}, gap ${line.mean_itl_ms.toFixed(0)} ms`;
  },
}));

async function replay(url: string, backend: string): Promise<ReplayLine> {
  const folder = await mkdtemp(join(tmpdir(), 'numagate-real-'));
  try {
    const lengths = ['--random-input-len', '128', '--random-output-len', '32'];
    const what = ['--rules', 'current', '--num-prompts', String(REQUESTS), ...lengths];
    const how = ['--url', url, '--backend', backend, '--json'];
    const where = ['--output-file', join(folder, 'replay.jsonl')];
    const { file, args } = gatewayCommand('replay', ['replay', ...how, ...what, ...where]);
    const run = promisify(execFile)(file, args, { maxBuffer: 2 ** 24 });
    const { stdout } = await run;
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as ReplayLine;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
