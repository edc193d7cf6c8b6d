import { createHash } from 'node:crypto';

import type { LiveHouse } from './house.ts';
import { aHouse } from './house.ts';
import type { Client } from './stream-traffic.ts';
import { StreamTraffic } from './stream-traffic.ts';

/** A busy house: replicas on two NUMA nodes, one of them slow, and three tenants of different priorities. */
export interface Scene extends AsyncDisposable {
  readonly house: LiveHouse;
}

const clients: readonly Client[] = [
  { key: 'search', streams: 26, promptWords: 420, maxTokens: 700 },
  { key: 'assistants', streams: 18, promptWords: 900, maxTokens: 420, priority: 2 },
  { key: 'nightly', streams: 22, promptWords: 1_500, maxTokens: 900 },
];

/** Starts everything; `streamsFactor` multiplies who asks. */
export async function aScene(streamsFactor = 1): Promise<Scene> {
  const names = ['node0-a', 'node0-b', 'node1-a', 'node1-b']
    .map((id) => ({ id, numaNode: Number(id[4]) }))
    .values();
  const house = await aHouse({
    replicas: Array.from({ length: 4 }, (_, index) => ({
      preset: index < 2 ? 'sglang-current-8xh100-tp8' : 'vllm-current-8xh100-tp8',
      speed: 1,
      model: 'llama-3-70b',
      facts: { kvCapacityTokens: 24_000 },
    })),
    replicaSettings: () => names.next().value ?? {},
    settings: {
      keys: clients.map(({ key = '' }) => ({ tenant: key, sha256: sha256(key) })),
      tenants: [{ name: 'assistants', priority: 2 }],
    },
  });
  await house.replicas[3]?.fails({ kind: 'slow', factor: 2.5 });
  const traffic = new StreamTraffic(
    house.gateway.url,
    house.replica.model,
    clients.map((client) => ({ ...client, streams: Math.round(client.streams * streamsFactor) })),
  );
  return {
    house,
    async [Symbol.asyncDispose]() {
      await traffic[Symbol.asyncDispose]();
      await house[Symbol.asyncDispose]();
    },
  };
}

function sha256(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
