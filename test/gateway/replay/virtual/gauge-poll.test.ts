import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../deploy/simulator/clock.ts';
import type { SimulatedLoad } from '../../../../deploy/simulator/engine.ts';
import { GaugePoll } from '../../../../gateway/replay/virtual/gauge-poll.ts';
import type { GaugeRules } from '../../../../gateway/replay/virtual/gauge-poll.ts';
import type { LoadSnapshot } from '../../../../routing/replica.ts';

/** An engine with one more request running each 100 ms, and ten more tokens made. */
function loadAt(nowMs: number): SimulatedLoad {
  const hundreds = Math.floor(nowMs / 100);
  return {
    runningRequests: hundreds,
    waitingRequests: 3,
    waitingTokens: 4000,
    usedTokens: 250,
    capacityTokens: 1000,
    preemptions: 0,
    promptTokensTotal: 0,
    cachedTokensTotal: 0,
    outputTokensTotal: 10 * hundreds,
  };
}

interface Seen extends LoadSnapshot {
  readonly seenAtMs: number;
}

function polled(rules: GaugeRules, untilMs: number): Seen[] {
  const clock = new VirtualClock();
  const seen: Seen[] = [];
  const poll = new GaugePoll(rules, {
    clock,
    readLoad: () => loadAt(clock.nowMs()),
    observe: (load) => seen.push({ ...load, seenAtMs: clock.nowMs() }),
  });
  clock.runUntil(untilMs);
  poll.stop();
  clock.run();
  return seen;
}

describe('a poll of gauges', () => {
  it('begins at once and comes again at its interval, until it is stopped', () => {
    expect(polled({ everyMs: 200 }, 500).map(({ takenAtMs }) => takenAtMs)).toEqual([0, 200, 400]);
  });

  it('tells what the engine shows', () => {
    expect(polled({ everyMs: 200 }, 200).at(-1)).toEqual({
      seenAtMs: 200,
      takenAtMs: 200,
      runningRequests: 2,
      waitingRequests: 3,
      kvCacheUsage: 0.25,
      outputTokensPerSecond: 100,
    });
  });

  it('tells the tokens of the queue where the engine does', () => {
    const rules = { everyMs: 200, tellsWaitingTokens: true };

    expect(polled(rules, 0)[0]).toMatchObject({ waitingTokens: 4000 });
  });

  it('arrives late where the way is long, and tells when it was read', () => {
    expect(polled({ everyMs: 200, delayMs: 50 }, 300)).toMatchObject([
      { takenAtMs: 0, seenAtMs: 50, runningRequests: 0 },
      { takenAtMs: 200, seenAtMs: 250, runningRequests: 2 },
    ]);
  });

  it('shows the same for as long as the gauges are frozen, as if it were new', () => {
    const rules = { everyMs: 100, frozen: { fromMs: 200, untilMs: 400 } };

    expect(polled(rules, 400).map((one) => [one.takenAtMs, one.runningRequests])).toEqual([
      [0, 0],
      [100, 1],
      [200, 1],
      [300, 1],
      [400, 4],
    ]);
  });

  it('reads a first time what is frozen from the start', () => {
    const rules = { everyMs: 100, frozen: { fromMs: 0, untilMs: 400 } };

    expect(polled(rules, 100).map(({ runningRequests }) => runningRequests)).toEqual([0, 0]);
  });

  it('sees no tokens made backwards where the engine has begun anew', () => {
    const clock = new VirtualClock();
    const rates: (number | undefined)[] = [];
    const poll = new GaugePoll(
      { everyMs: 100 },
      {
        clock,
        readLoad: () => loadAt(clock.nowMs() < 200 ? 900 : 0),
        observe: ({ outputTokensPerSecond }) => rates.push(outputTokensPerSecond),
      },
    );
    clock.runUntil(200);
    poll.stop();

    expect(rates).toEqual([900, 0, 0]);
  });
});
