import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../deploy/simulator/clock.ts';
import { findPreset, type Preset } from '../../deploy/simulator/presets.ts';
import { watchStalls } from '../../gateway/discovery/stall-watch.ts';
import type { TokenAnswer } from '../../gateway/engines/catalog.ts';
import type { Slowdown } from '../../gateway/replay/virtual/disturbances.ts';
import { toldOutput } from '../../gateway/replay/virtual/output-knowledge.ts';
import {
  gatewayClock,
  startVirtualFleet,
  type VirtualFleetOptions,
} from '../../gateway/replay/virtual/virtual-fleet.ts';
import type { VirtualReplica } from '../../gateway/replay/virtual/virtual-replica.ts';
import { VirtualSender } from '../../gateway/replay/virtual/virtual-sender.ts';
import { publishedRandomOptions, randomWorkload } from '../../gateway/replay/workloads/random.ts';

const published = randomWorkload(publishedRandomOptions).requests;

function preset(name: string): Preset {
  const found = findPreset(name);
  if (found === undefined) throw new Error(`no preset ${name}`);
  return found;
}

/** What was heard of the replicas while the published workload ran. */
interface Heard {
  answered: number;
  questions: number;
  stalls: number;
  /** Silence before the first stall. */
  silentMs: number | undefined;
}

/** Asks for a token as a client would: behind all that waits at the engine. */
function oneToken(replica: VirtualReplica): Promise<TokenAnswer> {
  return new Promise((resolve) => {
    replica.submit(
      { promptTokens: 1, outputTokens: 1, blockHashes: [] },
      { tokens: () => resolve('token'), finished: () => undefined, lost: () => undefined },
    );
  });
}

/** Sends the published workload, all at once, and listens to the replicas until all is answered, or one stands still. */
async function listen(options: Partial<VirtualFleetOptions>): Promise<Heard> {
  const clock = new VirtualClock();
  const virtual = startVirtualFleet(
    {
      presets: [preset('sglang-0.2.14-8xh100-tp8')],
      admission: 'pass-through',
      policy: 'kv-aware',
      seed: 1,
      ...options,
    },
    clock,
  );
  const heard: Heard = { answered: 0, questions: 0, stalls: 0, silentMs: undefined };
  const stops = [...virtual.replicas.values()].map((replica) =>
    watchStalls(
      {
        id: replica.id,
        fleet: virtual.fleet,
        clock: gatewayClock(clock),
        askForToken: () => {
          heard.questions += 1;
          return oneToken(replica);
        },
      },
      {
        stalled: (silentMs) => {
          heard.stalls += 1;
          heard.silentMs ??= silentMs;
        },
        turned: () => virtual.dispatcher.wake(),
        looked: () => undefined,
      },
    ),
  );
  const sender = new VirtualSender(virtual, toldOutput);
  for (const request of published) {
    sender.send(request, {
      tokens: () => undefined,
      finished: () => {
        heard.answered += 1;
      },
      // Current vLLM refuses the three that ask for no output.
      failed: () => {
        heard.answered += 1;
      },
    });
  }
  while (heard.answered < published.length && heard.silentMs === undefined) {
    clock.runUntil(clock.nowMs() + 100);
    // An answer to a question is a promise.
    await Promise.resolve();
  }
  for (const stop of stops) stop();
  virtual.close();
  return heard;
}

describe('the published workload, whose longest gap of a stream is 43 s', () => {
  const names = ['sglang-0.2.14', 'sglang-current', 'vllm-0.5.5', 'vllm-current'];
  const paces: readonly (readonly [what: string, slowdown: Omit<Slowdown, 'replica'>])[] = [
    ['as published', { factor: 1, fromMs: 0, untilMs: 0 }],
    ['fifty times as slow by nature', { factor: 50, fromMs: 0, untilMs: Infinity }],
    ['four times as slow for a while', { factor: 4, fromMs: 20_000, untilMs: 60_000 }],
  ];
  const runs = names.flatMap((name) =>
    (['pass-through', 'late-binding'] as const).flatMap((admission) =>
      paces.map(([pace, slowdown]) => ({ name, admission, pace, slowdown })),
    ),
  );

  it.each(runs)('is no stall on $name, $admission, $pace', async (run) => {
    const { name, admission, slowdown } = run;
    const heard = await listen({
      presets: [preset(`${name}-8xh100-tp8`)],
      admission,
      disturbances: { slowdowns: [{ replica: 0, ...slowdown }] },
    });

    expect(heard).toMatchObject({ answered: published.length, stalls: 0 });
  });

  it.each(names)('on %s leaves no doubt for 3 s when its replica stands still', async (name) => {
    const forGood = { replica: 0, factor: 1e6, fromMs: 60_000, untilMs: Infinity };
    const { stalls, silentMs } = await listen({
      presets: [preset(`${name}-8xh100-tp8`)],
      admission: 'late-binding',
      disturbances: { slowdowns: [forGood] },
    });

    expect(stalls).toBe(1);
    expect(silentMs).toBeLessThan(3_000);
  });
});
