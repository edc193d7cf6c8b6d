import { createHash } from 'node:crypto';

import type { LiveCollector } from './collector.ts';
import { aCollector } from './collector.ts';
import { appendFileSync } from 'node:fs';
import type { LiveHouse } from './house.ts';
import { aHouse } from './house.ts';
import type { Client } from './stream-traffic.ts';
import { StreamTraffic } from './stream-traffic.ts';
import { postJson } from './raw.ts';
import { SmiProgram } from './smi-program.ts';

/** Replicas on two NUMA nodes under load, to which everything happens that dashboards tell of. */
export interface EventfulScene extends AsyncDisposable {
  readonly house: LiveHouse;
  readonly collector: LiveCollector;
  /** The last replica turns slow, since one of its GPUs is too hot, and the kernel tells of it. */
  overheat(): Promise<void>;
  /** One replica answers 500 so many times, and two break a few streams. */
  fail(times: number): Promise<void>;
  /** Requests beyond the quota of a tenant; all but one are refused. */
  overrun(): Promise<void>;
}

const ids = ['node0-a', 'node0-b', 'node1-a', 'node1-b'];

const clients: readonly Client[] = [
  { key: 'search', streams: 12, promptWords: 420, maxTokens: 160 },
  { key: 'assistants', streams: 10, promptWords: 900, maxTokens: 240, priority: 2 },
  { key: 'nightly', streams: 14, promptWords: 1_500, maxTokens: 300 },
];

const GPUS_OF_EACH = 2;

/** Between a decode step of the presets and one of a replica that takes 2.5 times as long. */
const GOOD_GAP_MS = 30;

/** A GPU that slows its clock since it is too hot, as nvidia-smi tells of it. */
const hot = {
  'temperature.gpu': '91',
  'clocks.current.sm': '705',
  'power.draw': '343.10',
  'clocks_event_reasons.active': '0x0000000000000040',
  'clocks_throttle_reasons.active': '0x0000000000000040',
};

/** A fault of its memory that waits for the next reset: a warning. */
const XID = 'NVRM: Xid (PCI:0000:22:00): 63, Row Remapper: New row marked for remapping\n';

/** May ask twice a minute. */
const trial = { name: 'trial', requestsPerMinute: 2 };

/** Starts everything, with engines at `speed` times their true one. */
export async function anEventfulScene(speed: number): Promise<EventfulScene> {
  const collector = await aCollector();
  const smi = new SmiProgram(GPUS_OF_EACH * ids.length);
  const named = ids
    .map((id, index) => ({
      id,
      numaNode: Number(id[4]),
      gpus: Array.from({ length: GPUS_OF_EACH }, (_, gpu) => `${index * GPUS_OF_EACH + gpu}`),
    }))
    .values();
  const house = await aHouse({
    replicas: ids.map(() => ({
      preset: 'vllm-current-8xh100-tp8',
      speed,
      model: 'llama-3-70b',
      facts: { kvCapacityTokens: 24_000 },
    })),
    replicaSettings: () => named.next().value ?? {},
    settings: {
      keys: [...clients.map(({ key = '' }) => key), trial.name].map((key) => ({
        tenant: key,
        sha256: createHash('sha256').update(key).digest('hex'),
      })),
      tenants: [{ name: 'assistants', priority: 2 }, trial],
      // So that streams of a slow replica are slow ones.
      routing: { shadow: 'least-requests', goodTokenGapMs: GOOD_GAP_MS / speed },
      gpuHealth: { intervalMs: 1_000, nvidiaSmi: smi.path, kernelLog: smi.kernelLog },
      telemetry: { otlpEndpoint: collector.url },
    },
  });
  const { gateway, replicas } = house;
  const { model } = house.replica;
  const traffic = new StreamTraffic(gateway.url, model, clients);
  return {
    house,
    collector,
    async overheat() {
      await replicas[3]?.fails({ kind: 'slow', factor: 2.5 });
      smi.change(7, hot);
      appendFileSync(smi.kernelLog, XID);
    },
    async fail(times) {
      await replicas[2]?.fails({ kind: 'status', status: 500, times });
      for (const replica of [replicas[0], replicas[2]]) {
        await replica?.fails({ kind: 'die', at: 20, times: 3 });
      }
    },
    async overrun() {
      const headers = { authorization: `Bearer ${trial.name}` };
      const body = { model, prompt: 'A word', max_tokens: 4 };
      for (let request = 0; request <= trial.requestsPerMinute; request += 1) {
        await (await postJson(`${gateway.url}/v1/completions`, body, headers)).text();
      }
    },
    async [Symbol.asyncDispose]() {
      await traffic[Symbol.asyncDispose]();
      await house[Symbol.asyncDispose]();
      await collector[Symbol.asyncDispose]();
      smi[Symbol.dispose]();
    },
  };
}
