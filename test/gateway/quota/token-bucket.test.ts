import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../../gateway/quota/token-bucket.ts';

/** A bucket out of which so much was drawn at 0. */
function drawn(amount: number, perMinute = 60): TokenBucket {
  const bucket = new TokenBucket(perMinute);
  bucket.draw(amount, 0);
  return bucket;
}

describe('a bucket', () => {
  it('begins full, and holds one minute’s allowance', () => {
    const bucket = new TokenBucket(60);

    expect(bucket.waitMs(60, 0)).toBe(0);
    expect(bucket.standing(0)).toEqual({ limit: 60, used: 0, remaining: 60, resetMs: 0 });
  });

  it('never holds more, and says so of who wants more', () => {
    expect(new TokenBucket(60).waitMs(61, 1e9)).toBe(Infinity);
    expect(new TokenBucket(60).waitMs(60, 1e9)).toBe(0);
  });

  it('fills evenly: what is drawn is there again at its millisecond and not one before', () => {
    const bucket = drawn(60);

    expect(bucket.waitMs(1, 0)).toBe(1_000);
    expect(bucket.waitMs(1, 999)).toBe(1);
    expect(bucket.waitMs(1, 1_000)).toBe(0);
    expect(bucket.waitMs(60, 59_999)).toBe(1);
    expect(bucket.waitMs(60, 60_000)).toBe(0);
  });

  it('counts a part of a token as used', () => {
    const bucket = drawn(2);

    expect(bucket.standing(999)).toEqual({ limit: 60, used: 2, remaining: 58, resetMs: 1_001 });
    expect(bucket.standing(1_000)).toEqual({ limit: 60, used: 1, remaining: 59, resetMs: 1_000 });
    expect(bucket.standing(2_000)).toEqual({ limit: 60, used: 0, remaining: 60, resetMs: 0 });
  });

  it('waits for whole milliseconds, rounded up', () => {
    expect(drawn(7, 7).waitMs(1, 0)).toBe(Math.ceil(60_000 / 7));
  });

  it('can be overdrawn, and pays that off before it holds anything', () => {
    const bucket = drawn(90);

    expect(bucket.standing(0)).toEqual({ limit: 60, used: 90, remaining: 0, resetMs: 90_000 });
    expect(bucket.waitMs(1, 0)).toBe(31_000);
    expect(bucket.waitMs(1, 31_000)).toBe(0);
  });

  it('takes back what was not used, up to full', () => {
    const bucket = drawn(30);
    bucket.draw(-20, 0);
    expect(bucket.standing(0).used).toBe(10);
    bucket.draw(-20, 0);

    expect(bucket.standing(0).used).toBe(0);
    expect(bucket.waitMs(60, 0)).toBe(0);
  });
});

describe('whatever is asked of a bucket, and whenever', () => {
  const asks = fc.array(
    fc.record({ afterMs: fc.nat({ max: 40_000 }), amount: fc.integer({ min: 1, max: 130 }) }),
    { maxLength: 60 },
  );
  const perMinutes = fc.integer({ min: 1, max: 120 });

  interface Drawn {
    readonly atMs: number;
    readonly amount: number;
  }

  /** Draws each amount that is there, and tells which those were. */
  function drawAll(
    bucket: TokenBucket,
    wanted: readonly { afterMs: number; amount: number }[],
  ): Drawn[] {
    let atMs = 0;
    const granted: Drawn[] = [];
    for (const { afterMs, amount } of wanted) {
      atMs += afterMs;
      if (bucket.waitMs(amount, atMs) > 0) continue;
      bucket.draw(amount, atMs);
      granted.push({ atMs, amount });
    }
    return granted;
  }

  it('in no time does it give more than a bucket and what flows in meanwhile', () => {
    fc.assert(
      fc.property(perMinutes, asks, (perMinute, wanted) => {
        const granted = drawAll(new TokenBucket(perMinute), wanted);
        for (const [index, first] of granted.entries()) {
          let sum = 0;
          for (const { atMs, amount } of granted.slice(index)) {
            sum += amount;
            const flowed = ((atMs - first.atMs) * perMinute) / 60_000;
            expect(sum).toBeLessThanOrEqual(perMinute + flowed);
          }
        }
      }),
    );
  });

  it('who waits for as long as he is told gets what he asked for', () => {
    fc.assert(
      fc.property(perMinutes, asks, fc.integer({ min: 1, max: 120 }), (perMinute, wanted, next) => {
        fc.pre(next <= perMinute);
        const bucket = new TokenBucket(perMinute);
        const atMs = drawAll(bucket, wanted).at(-1)?.atMs ?? 0;
        const waitMs = bucket.waitMs(next, atMs);

        expect(bucket.waitMs(next, atMs + waitMs)).toBe(0);
        if (waitMs > 0) expect(bucket.waitMs(next, atMs + waitMs - 1)).toBe(1);
      }),
    );
  });
});
