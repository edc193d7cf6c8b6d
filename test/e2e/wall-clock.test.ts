import { describe, expect, it } from 'vitest';

import { VirtualClock, wallClock, type SimulatorClock } from '../../deploy/simulator/clock.ts';
import { createSimulatedEngine } from '../../deploy/simulator/simulated-engine.ts';
import { aPreset, aSimulatedRequest, Told } from '../support/simulated.ts';

/** Fast enough that a run of a second takes a moment. */
const SPEED = 20;

describe("an engine on the machine's own clock", () => {
  it('tells the gaps that it tells on the virtual clock, and how late it was', async () => {
    const clock = wallClock(SPEED);
    const onTheWall = await new Promise<readonly Told[]>((resolve) => {
      const told = start(clock, () => resolve(told));
    });
    const virtual = new VirtualClock();
    const inTheory = start(virtual, () => undefined);
    virtual.run();

    expect(onTheWall.map(gaps)).toEqual(inTheory.map(gaps));
    const { p50Ms, p99Ms, maxMs, count } = clock.lateness();
    expect(count).toBeGreaterThan(20);
    expect(p50Ms).toBeLessThanOrEqual(p99Ms);
    expect(p99Ms).toBeLessThanOrEqual(maxMs);
  });

  it('runs no task that was taken back, near or far', async () => {
    const clock = wallClock(SPEED);
    const ran: string[] = [];
    const takeBack = [0, 20, 1e12].map((timeMs) => clock.at(timeMs, () => ran.push(`${timeMs}`)));
    for (const cancel of takeBack) cancel();

    await new Promise<void>((resolve) => {
      clock.at(40, resolve);
    });

    expect(ran).toEqual([]);
    expect(clock.nowMs()).toBeGreaterThanOrEqual(40);
  });
});

/** Three requests at once; calls back when the last has ended. */
function start(clock: SimulatorClock, ended: () => void): readonly Told[] {
  const engine = createSimulatedEngine(aPreset({ streamTailMs: 50 }), clock);
  const all = [10, 15, 20].map((outputTokens) => ({ outputTokens, told: new Told() }));
  let open = all.length;
  for (const { outputTokens, told } of all) {
    engine.submit(aSimulatedRequest({ outputTokens }), {
      tokens: (count, atMs) => told.tokens(count, atMs),
      finished(atMs) {
        told.finished(atMs);
        open -= 1;
        if (open === 0) ended();
      },
    });
  }
  return all.map(({ told }) => told);
}

/** Time from the first token to each later one and to the end, to the microsecond. */
function gaps({ timesMs, finishedMs }: Told): readonly number[] {
  const firstMs = timesMs[0] ?? NaN;
  return [...timesMs, finishedMs ?? NaN].map((atMs) => Math.round(1000 * (atMs - firstMs)));
}
