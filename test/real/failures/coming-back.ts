import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

import { adminReplicas } from '../../../gateway/cli/admin-replicas.ts';
import type { RealEngine, Stand } from '../stand.ts';
import { findEngines, LOADED_MS_MAX, until } from '../stand.ts';
import { restart } from './engine-process.ts';
import { statusOf } from './loaded-fleet.ts';

/** Between two requests of a client that knows nothing of it all. */
const BETWEEN_MS = 500;

/** From the engine's own word that it is healthy until the gateway uses it. */
const USED_MS_MAX = 1_000;

/** Starts a dead replica anew; the other one serves meanwhile, and this one soon after it is healthy. */
export async function comesBack(stand: Stand, victim: RealEngine): Promise<string> {
  const over = new AbortController();
  const meanwhile = askUntil(stand, over.signal);
  try {
    const restarted = restart(victim);
    await until(
      async () => (await findEngines(victim.kind, [victim.url])).length > 0,
      LOADED_MS_MAX,
    );
    const usedMs = Math.round(await until(() => isReady(stand, victim)));
    assert(usedMs < USED_MS_MAX, `used after ${usedMs} ms`);
    await restarted;
    over.abort();
    const statuses = await meanwhile;
    assert(
      statuses.every((status) => status === 200),
      statuses.join(),
    );
    return `${statuses.length} of ${statuses.length} requests answered until it was back; used ${usedMs} ms after it was healthy`;
  } finally {
    over.abort();
  }
}

async function askUntil(stand: Stand, over: AbortSignal): Promise<readonly number[]> {
  const statuses: number[] = [];
  while (!over.aborted) {
    statuses.push(await statusOf(stand, 'Meanwhile', 1));
    await pause(BETWEEN_MS);
  }
  return statuses;
}

async function isReady({ gateway }: Stand, { id }: RealEngine): Promise<boolean> {
  const replicas = await adminReplicas({ url: gateway.adminUrl ?? '', key: undefined });
  return replicas.some((replica) => replica.id === id && replica.state === 'ready');
}
