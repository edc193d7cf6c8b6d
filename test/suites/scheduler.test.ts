import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { SimulatedGeneration } from '../../deploy/simulator/engine.ts';
import type { Preset } from '../../deploy/simulator/presets.ts';
import { aBench, type Bench, Told } from '../support/simulated.ts';

const schedulers: readonly Preset['scheduler'][] = ['sglang-0.2', 'vllm-0.5', 'current'];

/**
 * So little room that sequences are pushed back, and a front end that still holds tokens when they
 * end.
 */
const crowded: Partial<Preset> = {
  kvCapacityTokens: 96,
  contextTokensMax: 64,
  runningSequencesMax: 6,
  frontEndMsPerChunk: 3,
  chunkLossRate: 0.2,
  streamTailMs: 30,
};

interface Arrival {
  readonly atMs: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** How many of its first blocks are those of everybody. */
  readonly sharedBlocks: number;
  /** When its client leaves, counted from its arrival; `null` when it stays. */
  readonly leavesAfterMs: number | null;
}

const arrival: fc.Arbitrary<Arrival> = fc.record({
  atMs: fc.integer({ min: 0, max: 1500 }),
  promptTokens: fc.integer({ min: 1, max: 40 }),
  outputTokens: fc.integer({ min: 1, max: 24 }),
  sharedBlocks: fc.integer({ min: 0, max: 10 }),
  leavesAfterMs: fc.option(fc.integer({ min: 0, max: 2500 }), { freq: 3 }),
});

const arrivals: fc.Arbitrary<Arrival[]> = fc.array(arrival, { minLength: 1, maxLength: 25 });

describe.each(schedulers)('an engine with the %s scheduler', (scheduler) => {
  it('gives each request its tokens and its end, unless the client leaves first', () => {
    fc.assert(
      fc.property(arrivals, (plan) => {
        const { clients } = serve({ ...crowded, scheduler }, plan);
        for (const { wanted, told, leftMs } of clients) {
          if (leftMs !== undefined && told.finishedMs === undefined) {
            expect(told.total).toBeLessThanOrEqual(wanted.outputTokens);
          } else {
            expect(told.total).toBe(wanted.outputTokens);
            expect(told.finishedMs).toBe((told.timesMs.at(-1) ?? NaN) + 30);
          }
        }
      }),
    );
  });

  it('holds no more KV than it has room, and none in the end', () => {
    fc.assert(
      fc.property(arrivals, (plan) => {
        const { bench, usedTokensMax } = serve({ ...crowded, scheduler }, plan);
        const load = bench.engine.load();
        expect(usedTokensMax).toBeLessThanOrEqual(load.capacityTokens);
        expect(load).toMatchObject({
          runningRequests: 0,
          waitingRequests: 0,
          waitingTokens: 0,
          usedTokens: 0,
        });
      }),
    );
  });

  it('tells nothing after an abort', () => {
    fc.assert(
      fc.property(arrivals, (plan) => {
        for (const { told, leftMs } of serve({ ...crowded, scheduler }, plan).clients) {
          if (leftMs === undefined) continue;
          expect(told.timesMs.every((timeMs) => timeMs <= leftMs)).toBe(true);
          if (told.finishedMs !== undefined) expect(told.finishedMs).toBeLessThanOrEqual(leftMs);
        }
      }),
    );
  });

  it('tells the tokens of a request in order of time, none before it came', () => {
    fc.assert(
      fc.property(arrivals, (plan) => {
        for (const { wanted, told } of serve({ ...crowded, scheduler }, plan).clients) {
          const times = [wanted.atMs, ...told.timesMs];
          expect(times).toEqual(times.toSorted((one, other) => one - other));
          expect(told.counts.every((count) => count >= 1)).toBe(true);
        }
      }),
    );
  });

  it('does the same again for the same requests', () => {
    fc.assert(
      fc.property(arrivals, (plan) => {
        const [one, other] = [1, 2].map(() => serve({ ...crowded, scheduler }, plan));
        expect(one?.clients).toEqual(other?.clients);
      }),
      { numRuns: 20 },
    );
  });

  it('pushes sequences back when room is short, so that these laws are tried hard', () => {
    const [sample] = fc.sample(fc.array(arrival, { minLength: 25, maxLength: 25 }), {
      numRuns: 1,
      seed: 1,
    });
    const plan = (sample ?? []).map((wanted) => ({ ...wanted, atMs: 0, outputTokens: 24 }));

    expect(serve({ ...crowded, scheduler }, plan).bench.engine.load().preemptions).toBeGreaterThan(
      0,
    );
  });

  it('reaches every request: the first come does not wait for ever', () => {
    const plan = Array.from({ length: 60 }, (_, index) => ({
      atMs: 10 * index,
      promptTokens: index === 5 ? 40 : 4,
      outputTokens: index === 5 ? 24 : 8,
      sharedBlocks: 0,
      leavesAfterMs: null,
    }));

    const { clients } = serve({ ...crowded, scheduler }, plan);

    expect(clients.every(({ told }) => told.finishedMs !== undefined)).toBe(true);
    const long = clients[5]?.told.timesMs[0] ?? NaN;
    const last = clients[59]?.told.timesMs[0] ?? NaN;
    expect(long).toBeLessThan(last);
  });
});

interface Client {
  readonly wanted: Arrival;
  readonly told: Told;
  /** Time of its abort, where that came. */
  leftMs: number | undefined;
}

interface Served {
  readonly bench: Bench;
  readonly clients: readonly Client[];
  readonly usedTokensMax: number;
}

/** Plays the arrivals and departures against an engine until nothing is left to do. */
function serve(preset: Partial<Preset>, plan: readonly Arrival[]): Served {
  const bench = aBench(preset);
  const { clock, engine } = bench;
  let usedTokensMax = 0;
  const look = (): void => {
    usedTokensMax = Math.max(usedTokensMax, engine.load().usedTokens);
  };
  const clients = plan.map((wanted, index): Client => {
    const client: Client = { wanted, told: new Told(), leftMs: undefined };
    let generation: SimulatedGeneration | undefined;
    clock.at(wanted.atMs, () => {
      generation = engine.submit(
        { ...wanted, blockHashes: blockHashes(wanted, index) },
        {
          tokens(count, atMs) {
            look();
            client.told.tokens(count, atMs);
          },
          finished: (atMs) => client.told.finished(atMs),
        },
      );
    });
    if (wanted.leavesAfterMs !== null) {
      const leftMs = wanted.atMs + wanted.leavesAfterMs;
      clock.at(leftMs, () => {
        client.leftMs = leftMs;
        generation?.abort();
        look();
      });
    }
    return client;
  });
  clock.run();
  return { bench, clients, usedTokensMax };
}

/** The first blocks are everybody's, the others its own. */
function blockHashes({ promptTokens, sharedBlocks }: Arrival, index: number): readonly number[] {
  return Array.from({ length: Math.floor(promptTokens / 4) }, (_, block) =>
    block < sharedBlocks ? block : 1000 * (index + 1) + block,
  );
}
