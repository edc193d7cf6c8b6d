import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Breaker, OPEN_MS_FIRST } from '../../../routing/structures/breaker.ts';

const limits = { failuresMax: 3, openMsMax: 30_000 };

/** A breaker, and attempts that begin and end at one moment. */
class Broken {
  readonly breaker: Breaker = new Breaker(limits);
  nowMs = 0;

  fail(): boolean {
    this.nowMs += 1;
    return this.breaker.failed(this.nowMs, this.nowMs);
  }

  succeed(): boolean {
    this.nowMs += 1;
    return this.breaker.succeeded(this.nowMs, this.nowMs);
  }

  /** Opens, waits for its time, and lets one attempt through. */
  openAndTry(): number {
    const openMs = this.breaker.open(this.nowMs);
    this.nowMs += openMs;
    this.breaker.halfOpen(this.nowMs);
    return openMs;
  }
}

describe('a breaker', () => {
  it('asks to be opened at as many failures in a row as may be, and not one earlier', () => {
    const one = new Broken();
    expect([one.fail(), one.fail(), one.fail()]).toEqual([false, false, true]);
  });

  it('begins to count anew with an answer in between', () => {
    const one = new Broken();
    expect([one.fail(), one.fail(), one.succeed(), one.fail(), one.fail()]).not.toContain(true);
  });

  it('takes an event that breaks a thousand attempts for one failure', () => {
    const { breaker } = new Broken();
    const wants = Array.from({ length: 1_000 }, () => breaker.failed(0, 100));
    expect(wants).not.toContain(true);
    expect(breaker.failed(100, 200)).toBe(false);
    expect(breaker.failed(200, 300)).toBe(true);
  });

  it('finds one that fails every other request, at ten of the last twenty', () => {
    const one = new Broken();
    for (let pair = 0; pair < 9; pair += 1) expect([one.succeed(), one.fail()]).not.toContain(true);
    expect([one.succeed(), one.fail()]).toEqual([false, true]);
  });

  it('takes back a failure that is excused, whatever came after it, and no other', () => {
    const one = new Broken();
    expect([one.fail(), one.fail()]).not.toContain(true);
    one.breaker.excused(1);
    one.breaker.excused(1);
    expect([one.fail(), one.fail()]).toEqual([false, true]);

    const often = new Broken();
    for (let pair = 0; pair < 9; pair += 1) {
      often.fail();
      if (pair === 8) often.breaker.excused(often.nowMs - 2);
      often.succeed();
    }
    expect([often.fail(), often.succeed(), often.fail()]).toEqual([false, false, true]);
  });

  it('stays open though what opened it is excused', () => {
    const one = new Broken();
    for (let failures = 0; failures < 3; failures += 1) one.fail();
    one.breaker.open(one.nowMs);
    one.breaker.excused(one.nowMs);
    expect(one.breaker.state).toBe('open');
  });

  it('opens at more failures in a row than it remembers outcomes', () => {
    const breaker = new Breaker({ failuresMax: 30, openMsMax: 1_000 });
    const wants = Array.from({ length: 30 }, (_, index) => breaker.failed(index, index));
    expect(wants.indexOf(true)).toBe(29);
  });

  it('lets one in three go by', () => {
    const one = new Broken();
    const wants = Array.from({ length: 300 }, (_, index) =>
      index % 3 === 0 ? one.fail() : one.succeed(),
    );
    expect(wants).not.toContain(true);
  });

  it('hears nothing while it is open', () => {
    const one = new Broken();
    one.breaker.open(0);
    expect([one.fail(), one.succeed()]).toEqual([false, false]);
    expect(one.breaker.state).toBe('open');
  });

  it('half open, is closed by an attempt that goes well', () => {
    const one = new Broken();
    one.openAndTry();
    expect(one.succeed()).toBe(true);
    expect(one.breaker.state).toBe('closed');
  });

  it('half open, asks to be opened by the first that fails', () => {
    const one = new Broken();
    one.openAndTry();
    expect(one.fail()).toBe(true);
  });

  it('half open, hears nothing of attempts that began before', () => {
    const one = new Broken();
    one.openAndTry();
    const before = one.nowMs - 1;
    expect(one.breaker.succeeded(before, one.nowMs)).toBe(false);
    expect(one.breaker.failed(before, one.nowMs)).toBe(false);
    expect(one.breaker.state).toBe('half-open');
  });

  it('stays open twice as long each time, up to its bound', () => {
    const one = new Broken();
    const times = Array.from({ length: 7 }, () => one.openAndTry());
    expect(times).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('opens as for the first time after ten times as long a calm, and not a moment earlier', () => {
    const openingAfter = (calmMs: number): number => {
      const one = new Broken();
      one.openAndTry();
      one.breaker.close(one.nowMs);
      return one.breaker.open(one.nowMs + calmMs);
    };
    expect(openingAfter(10 * OPEN_MS_FIRST)).toBe(2 * OPEN_MS_FIRST);
    expect(openingAfter(10 * OPEN_MS_FIRST + 1)).toBe(OPEN_MS_FIRST);
  });
});

describe('a breaker, whatever befalls it,', () => {
  const step = fc.constantFrom('fail', 'succeed', 'wait');

  it('asks to be opened only after as many marks as it takes, and always comes back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const one = new Broken();
        let marks = 0;
        for (const what of steps) {
          if (what === 'wait') one.nowMs += 1_000;
          if (what === 'succeed') one.succeed();
          if (what !== 'fail') continue;
          marks += 1;
          if (!one.fail()) continue;
          expect(marks).toBeGreaterThanOrEqual(limits.failuresMax);
          marks = 0;
          const openMs = one.openAndTry();
          expect(openMs).toBeGreaterThanOrEqual(OPEN_MS_FIRST);
          expect(openMs).toBeLessThanOrEqual(limits.openMsMax);
          expect(one.succeed()).toBe(true);
          expect(one.breaker.state).toBe('closed');
        }
      }),
    );
  });

  it('is never opened by answers alone', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { maxLength: 100 }), (sentMs) => {
        const { breaker } = new Broken();
        for (const ms of sentMs) breaker.succeeded(ms, ms + 1);
        expect(breaker.state).toBe('closed');
      }),
    );
  });
});
