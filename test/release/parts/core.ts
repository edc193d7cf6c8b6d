import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import type { SeedRange, SeedsPlayed } from '../../support/core/play-seeds.ts';
import { missingOf } from '../../support/core/play-seeds.ts';
import type { Part } from '../part.ts';
import { portion } from '../part.ts';

const SEEDS = 50_000;

/** Behind those of every check. */
const FIRST_SEED = 10_001;

/** So many at a time, that a thread does not grow. */
const BATCH_SEEDS = 1_000;

/** The core of the gateway on virtual time, before 37 kinds of fault. */
export const core: Part = {
  name: 'core',
  what: `${SEEDS} seeds of the whole core on virtual time`,
  async play(share) {
    const played = await playBatches(batchesOf(portion(SEEDS, share, 100)));
    const seeds = sumOf(played, (one) => one.seeds);
    const violations = played.flatMap((one) => one.violations);
    for (const violation of firstOfEachSeed(violations)) console.error(violation);
    const never = (of: 'faults' | 'checks'): number => missingOf(added(played, of)).length;
    return {
      amount: `${seeds} seeds, ${sumOf(played, (one) => one.requests)} requests`,
      figures: [
        { name: 'broken promises', value: violations.length, atMost: 0 },
        { name: 'kinds of fault that never came', value: never('faults'), atMost: 0 },
        { name: 'promises that nobody looked at', value: never('checks'), atMost: 0 },
        { name: 'answers that went on elsewhere', value: sumOf(played, (one) => one.resumes) },
      ],
    };
  },
};

function batchesOf(seeds: number): SeedRange[] {
  return Array.from({ length: Math.ceil(seeds / BATCH_SEEDS) }, (_, batch) => ({
    first: FIRST_SEED + batch * BATCH_SEEDS,
    count: Math.min(BATCH_SEEDS, seeds - batch * BATCH_SEEDS),
  }));
}

async function playBatches(batches: SeedRange[]): Promise<readonly SeedsPlayed[]> {
  const played: SeedsPlayed[] = [];
  const thread = async (): Promise<void> => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      const worker = new Worker(new URL('../load/core-worker.ts', import.meta.url), {
        workerData: batch,
      });
      const [message] = (await once(worker, 'message')) as [SeedsPlayed];
      played.push(message);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, thread));
  return played;
}

/** Each begins with its seed, with which it can be played again. */
function firstOfEachSeed(violations: readonly string[]): readonly string[] {
  const seedOf = (violation: string | undefined): string | undefined => violation?.split(':')[0];
  return violations.filter((one, index) => seedOf(one) !== seedOf(violations[index - 1]));
}

function added(
  played: readonly SeedsPlayed[],
  of: 'faults' | 'checks',
): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const one of played) {
    for (const [name, count] of Object.entries(one[of])) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

function sumOf(played: readonly SeedsPlayed[], value: (one: SeedsPlayed) => number): number {
  return played.reduce((sum, one) => sum + value(one), 0);
}
