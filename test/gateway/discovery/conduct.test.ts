import { describe, expect, it } from 'vitest';

import type { Outcome } from '../../../gateway/discovery/conduct.ts';
import { Conduct } from '../../../gateway/discovery/conduct.ts';
import { ManualClock } from '../../support/clock.ts';

class Judged {
  readonly clock: ManualClock = new ManualClock();
  readonly told: string[] = [];
  mayBeSuspended = true;
  readonly conduct: Conduct = new Conduct(
    this.clock,
    { failuresMax: 3, ejectionMsMax: 4_000 },
    {
      mayBeSuspended: () => this.mayBeSuspended,
      suspended: (openMs) => this.told.push(`suspended for ${openMs}`),
      onTrial: () => this.told.push('on trial'),
      trusted: () => this.told.push('trusted'),
    },
  );

  /** Attempts that each begin and end at a moment of their own. */
  attempt(...outcomes: readonly Outcome[]): this {
    for (const outcome of outcomes) {
      this.clock.advance(1);
      this.conduct.judge(outcome, this.clock.nowMs());
    }
    return this;
  }

  fail(): this {
    return this.attempt('failure', 'failure', 'failure');
  }
}

describe('a replica that fails its requests', () => {
  it('is left out, then tried with one, and trusted when that goes well', () => {
    const one = new Judged().fail();
    expect(one.told).toEqual(['suspended for 1000']);
    one.clock.advance(999);
    expect(one.told).toHaveLength(1);
    one.clock.advance(1);
    one.attempt('success');
    expect(one.told.slice(1)).toEqual(['on trial', 'trusted']);
    expect(one.clock.timers).toBe(0);
  });

  it('is left out for longer when the one fails too', () => {
    const one = new Judged().fail();
    for (const waitMs of [1_000, 2_000, 4_000]) {
      one.clock.advance(waitMs);
      one.attempt('failure');
    }
    expect(one.told.filter((word) => word !== 'on trial')).toEqual([
      'suspended for 1000',
      'suspended for 2000',
      'suspended for 4000',
      'suspended for 4000',
    ]);
  });

  it.each(['neutral', 'excused'] as const)(
    'is tried with another one when the one has shown nothing: it was %s',
    (outcome) => {
      const one = new Judged().fail();
      one.clock.advance(1_000);
      one.attempt(outcome);
      expect(one.told.slice(1)).toEqual(['on trial', 'on trial']);
    },
  );

  it('is not left out for what is excused', () => {
    const one = new Judged();
    for (let times = 0; times < 10; times += 1) {
      one.attempt('failure');
      one.conduct.judge('excused', one.clock.nowMs());
    }
    expect(one.told).toEqual([]);
    expect(one.fail().told).toEqual(['suspended for 1000']);
  });

  it('is tried no other way by what began before its trial', () => {
    const one = new Judged().fail();
    one.clock.advance(1_000);
    one.conduct.judge('neutral', 500);
    one.conduct.judge('success', 500);
    expect(one.told.slice(1)).toEqual(['on trial']);
  });

  it('is trusted with the first token of the one, before its end', () => {
    const one = new Judged().fail();
    one.clock.advance(1_000);
    one.conduct.acquit();
    expect(one.told.at(-1)).toBe('trusted');
  });

  it('stays where it may not be left out, and is asked about again at the next failure', () => {
    const one = new Judged();
    one.mayBeSuspended = false;
    one.fail();
    expect(one.told).toEqual([]);
    one.mayBeSuspended = true;
    expect(one.attempt('failure').told).toEqual(['suspended for 1000']);
  });

  it('that is pardoned is tried no more', () => {
    const one = new Judged().fail();
    one.conduct.pardon();
    one.clock.advance(10_000);
    expect(one.told).toEqual(['suspended for 1000']);
  });
});

describe('what is not the replica’s fault', () => {
  it('is held against it neither once nor ten thousand times', () => {
    const one = new Judged();
    for (let times = 0; times < 5_000; times += 1) one.attempt('neutral', 'success');
    expect(one.told).toEqual([]);
  });
});

describe('a stall', () => {
  it('keeps a replica out for twice as long each time', () => {
    const one = new Judged();
    expect([one.conduct.stalled(), one.conduct.stalled()]).toEqual([1_000, 2_000]);
    expect(one.clock.timers).toBe(0);
  });
});

describe('a conduct that is watched no more', () => {
  it('leaves no timer', () => {
    const one = new Judged().fail();
    one.conduct.stop();
    expect(one.clock.timers).toBe(0);
  });
});
