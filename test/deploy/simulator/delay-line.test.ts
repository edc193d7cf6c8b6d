import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { VirtualClock, type SimulatorClock } from '../../../deploy/simulator/clock.ts';
import { DelayLine } from '../../../deploy/simulator/delay-line.ts';
import type { Sequence } from '../../../deploy/simulator/sequence.ts';
import { aSequence } from '../../support/simulated.ts';

interface Left {
  readonly sequence: Sequence;
  readonly count: number;
  readonly atMs: number;
  readonly nowMs: number;
}

describe('DelayLine', () => {
  it('lets each entry leave at its time, with its sequence and count', () => {
    const { clock, line, left } = aLine();
    const [one, other] = [aSequence(), aSequence()];
    line.push(one, 1, 10);
    line.push(other, 3, 25);

    clock.run();

    expect(left).toEqual([
      { sequence: one, count: 1, atMs: 10, nowMs: 10 },
      { sequence: other, count: 3, atMs: 25, nowMs: 25 },
    ]);
  });

  it('lets entries of one time leave together, in order', () => {
    const { clock, line, left } = aLine();
    for (const count of [1, 2, 3]) line.push(aSequence(), count, 5);

    expect(clock.run()).toBe(1);
    expect(left.map(({ count }) => count)).toEqual([1, 2, 3]);
  });

  it('keeps one timer however many entries wait', () => {
    const clock = new VirtualClock();
    let timers = 0;
    const counting: SimulatorClock = {
      nowMs: () => clock.nowMs(),
      at(timeMs, task) {
        timers += 1;
        return clock.at(timeMs, task);
      },
    };
    const line = new DelayLine(counting, () => undefined);

    for (let index = 0; index < 100; index += 1) line.push(aSequence(), 1, 5);

    expect(timers).toBe(1);
  });

  it('lets all leave that a late timer finds due, each with the time that it was due', () => {
    const { clock, left } = aLine();
    const lateBy3: SimulatorClock = {
      nowMs: () => clock.nowMs(),
      at: (timeMs, task) => clock.at(timeMs + 3, task),
    };
    const line = new DelayLine(lateBy3, (sequence, count, atMs) => {
      left.push({ sequence, count, atMs, nowMs: clock.nowMs() });
    });
    for (const timeMs of [1, 2, 3, 4, 5]) line.push(aSequence(), 1, timeMs);

    clock.run();

    expect(left.map(({ atMs, nowMs }) => [atMs, nowMs])).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
      [5, 8],
    ]);
  });

  it('takes an entry that is pushed while others leave', () => {
    const clock = new VirtualClock();
    const left: number[] = [];
    const line = new DelayLine(clock, (sequence, count, atMs) => {
      left.push(atMs);
      if (count > 1) line.push(sequence, count - 1, atMs + 10);
    });
    line.push(aSequence(), 3, 1);

    clock.run();

    expect(left).toEqual([1, 11, 21]);
  });

  it('keeps any number of entries in order through growth and wrap-around', () => {
    const bursts = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(bursts, (sizes) => {
        const { clock, line, left } = aLine();
        let pushed = 0;
        for (const [round, size] of sizes.entries()) {
          for (let index = 0; index < size; index += 1) {
            pushed += 1;
            line.push(aSequence(), pushed, 10 * round + Math.min(index, 9));
          }
          clock.runUntil(10 * round + 10);
        }
        clock.run();
        expect(left.map(({ count }) => count)).toEqual(
          Array.from({ length: pushed }, (_, index) => index + 1),
        );
      }),
    );
  });
});

function aLine(): {
  readonly clock: VirtualClock;
  readonly line: DelayLine;
  readonly left: Left[];
} {
  const clock = new VirtualClock();
  const left: Left[] = [];
  const line = new DelayLine(clock, (sequence, count, atMs) => {
    left.push({ sequence, count, atMs, nowMs: clock.nowMs() });
  });
  return { clock, line, left };
}
