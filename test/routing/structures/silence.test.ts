import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Finding, Pulse } from '../../../routing/structures/silence.ts';
import { LOOK_MS, Silence } from '../../../routing/structures/silence.ts';

/** A replica with two requests, looked at again and again. */
class Listened {
  readonly silence: Silence = new Silence();
  pulse: Pulse = { listening: 2, progress: 0, predictedMs: 20, prefillTokens: 0 };
  nowMs = 0;

  look(facts: Partial<Pulse> = {}, passedMs = LOOK_MS): Finding {
    this.nowMs += passedMs;
    this.pulse = { ...this.pulse, ...facts };
    return this.silence.look(this.pulse, this.nowMs);
  }

  move(): Finding {
    return this.look({ progress: this.pulse.progress + 1 });
  }

  /** Moves so often that its speed is known. */
  prove(): this {
    for (let times = 0; times < 4; times += 1) this.move();
    return this;
  }

  /** Looks until something is found, and tells how long that was silent. */
  until(finding: Finding, facts: Partial<Pulse> = {}): number {
    const beganMs = this.nowMs;
    for (let looks = 0; looks < 1_000; looks += 1) {
      if (this.look(facts) === finding) return this.nowMs - beganMs;
    }
    return Infinity;
  }
}

describe('a fast replica that says nothing', () => {
  it('is asked after half a second, and stalled after two without an answer', () => {
    const one = new Listened().prove();
    expect(one.until('ask')).toBe(500);
    expect(one.silence.isQuiet).toBe(true);
    expect(one.until('stalled')).toBe(1_500);
    expect(one.silence.silentMs).toBe(2_000);
  });

  it('is asked once', () => {
    const one = new Listened().prove();
    one.until('ask');
    expect([one.look(), one.look(), one.look()]).toEqual(['waiting', 'waiting', 'waiting']);
  });

  it('and gives a token when asked is asked again, later each time, and never stalled', () => {
    const one = new Listened().prove();
    const waits = Array.from({ length: 9 }, () => {
      const waitedMs = one.until('ask');
      one.silence.answered();
      return waitedMs;
    });
    expect(waits.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(waits.slice(-2)).toEqual([32_000, 32_000]);
    expect(one.silence.isQuiet).toBe(false);
  });

  it('and goes on is neither quiet nor closer to a stall', () => {
    const one = new Listened().prove();
    one.until('ask');
    expect(one.move()).toBe('moving');
    expect(one.silence.isQuiet).toBe(false);
    expect(one.silence.silentMs).toBe(0);
  });

  it('owes nothing for an answer that comes late', () => {
    const one = new Listened().prove();
    one.until('ask');
    one.move();
    one.silence.answered();
    expect(one.until('ask')).toBe(500);
  });

  it('may take as long as its prefills are predicted to', () => {
    const one = new Listened().prove();
    expect(one.until('ask', { predictedMs: 10_000 })).toBe(15_000);
    expect(one.until('stalled')).toBe(10_000);
  });

  it('may take three times as long as it lately took by itself', () => {
    const one = new Listened().prove();
    for (let looks = 0; looks < 4; looks += 1) one.look();
    one.move();
    expect(one.until('stalled')).toBe(3_000);
  });

  it('is listened to no more when it has nothing left', () => {
    const one = new Listened().prove();
    one.until('ask');
    expect(one.look({ listening: 0 })).toBe('moving');
    expect(one.silence.isQuiet).toBe(false);
    expect(one.until('stalled')).toBe(Infinity);
  });
});

describe('a replica whose speed is not known', () => {
  it('is not asked, and has a minute and ten milliseconds for each prompt token', () => {
    const one = new Listened();
    expect(one.until('stalled', { prefillTokens: 1_000 })).toBeGreaterThanOrEqual(69_750);
    expect(one.silence.isQuiet).toBe(false);
  });

  it('is one that comes back as another process', () => {
    const one = new Listened().prove();
    one.silence.restarted();
    expect(one.until('stalled')).toBe(60_000);
  });
});

describe('a replica that cannot be asked', () => {
  it('is given half a minute', () => {
    const one = new Listened().prove();
    const askedMs = one.until('ask');
    one.silence.unanswerable();
    expect(one.silence.isQuiet).toBe(false);
    expect(askedMs + one.until('stalled')).toBe(30_000);
  });
});

describe('a replica that puts the question off', () => {
  it('is asked again later each time, and given half a minute', () => {
    const one = new Listened().prove();
    const askedMs = [1, 2, 3, 4, 5, 6].map(() => {
      one.until('ask');
      one.silence.postponed();
      return one.silence.silentMs;
    });
    expect(askedMs).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000]);
    expect(one.silence.isQuiet).toBe(false);
    one.until('stalled');
    expect(one.silence.silentMs).toBe(30_000);
  });

  it('is as well as any other once it answers', () => {
    const one = new Listened().prove();
    one.until('ask');
    one.silence.postponed();
    one.until('ask');
    one.silence.answered();
    one.silence.postponed();
    expect(one.until('ask')).toBe(1_000);
  });
});

describe('time in which nobody looked', () => {
  it('is no silence: the gateway itself stood still', () => {
    const one = new Listened().prove();
    expect(one.look({}, 60_000)).toBe('ask');
    expect(one.silence.silentMs).toBe(2 * LOOK_MS);
  });
});

describe('whatever is heard', () => {
  it('a replica whose requests go on, or that answers when asked, is never stalled', () => {
    const look = fc.record({
      moves: fc.boolean(),
      passedMs: fc.integer({ min: 1, max: 60_000 }),
      predictedMs: fc.integer({ min: 1, max: 60_000 }),
    });
    fc.assert(
      fc.property(fc.array(look, { maxLength: 300 }), (looks) => {
        const one = new Listened().prove();
        for (const { moves, passedMs, predictedMs } of looks) {
          const progress = one.pulse.progress + Number(moves);
          const finding = one.look({ progress, predictedMs }, passedMs);
          expect(finding).not.toBe('stalled');
          if (finding === 'ask') one.silence.answered();
        }
      }),
    );
  });
});
