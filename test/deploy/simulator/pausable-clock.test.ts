import { describe, expect, it } from 'vitest';

import { VirtualClock } from '../../../deploy/simulator/clock.ts';
import { pausableClock } from '../../../deploy/simulator/pausable-clock.ts';

function started() {
  const under = new VirtualClock();
  const clock = pausableClock(under);
  const ran: number[] = [];
  const plan = (timeMs: number) => clock.at(timeMs, () => ran.push(clock.nowMs()));
  return { under, clock, ran, plan };
}

describe('a clock that is paused', () => {
  it('stands still, and runs what was due as much later, at its own time', () => {
    const { under, clock, ran, plan } = started();
    plan(10);
    plan(30);
    under.runUntil(20);
    clock.pause();
    under.runUntil(520);
    expect(clock.nowMs()).toBe(20);
    expect(ran).toEqual([10]);

    clock.resume();
    under.runUntil(529);
    expect(ran).toEqual([10]);
    under.runUntil(530);
    expect(ran).toEqual([10, 30]);
  });

  it('takes tasks, and lets them be taken back', () => {
    const { under, clock, ran, plan } = started();
    clock.pause();
    plan(5);
    const takeBack = plan(6);
    under.runUntil(100);
    clock.resume();
    takeBack();
    under.runUntil(200);
    expect(ran).toEqual([5]);
  });

  it('hears no second word', () => {
    const { under, clock } = started();
    clock.pause();
    under.runUntil(10);
    clock.pause();
    under.runUntil(20);
    clock.resume();
    clock.resume();
    under.runUntil(25);
    expect(clock.nowMs()).toBe(5);
  });
});
