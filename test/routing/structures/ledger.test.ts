import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { Ledger, type Reservation } from '../../../routing/structures/ledger.ts';

let ledger: Ledger;

beforeEach(() => {
  ledger = new Ledger('replica-0');
});

function reserve(promptTokens = 100, expectedOutputTokens = 50, nowMs = 0): Reservation {
  return ledger.reserve({ promptTokens, expectedOutputTokens, nowMs });
}

function expectEmpty(): void {
  ledger.refresh();
  expect(ledger.requests).toBe(0);
  expect(ledger.requestsSinceSnapshot).toBe(0);
  expect(ledger.prefillTokens).toBe(0);
  expect(ledger.kvTokens).toBe(0);
  expect(ledger.kvTokensPeak).toBe(0);
}

describe('Ledger', () => {
  it('begins empty', () => {
    expectEmpty();
  });

  it('counts a request from the moment it is reserved', () => {
    const reservation = reserve(100, 50);

    expect(reservation).toMatchObject({
      replicaId: 'replica-0',
      promptTokens: 100,
      outputTokens: 0,
    });
    expect(ledger.requests).toBe(1);
    expect(ledger.prefillTokens).toBe(100);
    expect(ledger.kvTokens).toBe(100);
    expect(ledger.kvTokensPeak).toBe(150);
    expect(ledger.kvTokensPeakWith(100, 50)).toBe(300);
  });

  it('takes the prompt off the prefill at the first token, once', () => {
    const reservation = reserve(100);
    reserve(30);

    reservation.firstToken();
    reservation.firstToken();

    expect(ledger.prefillTokens).toBe(30);
    expect(ledger.requests).toBe(2);
  });

  it('counts each token at once, and what is to come as of now where it is asked', () => {
    const reservation = reserve(100, 50);

    reservation.outputTokens += 20;
    expect(ledger.kvTokens).toBe(120);
    expect(ledger.kvTokensPeak).toBe(150);

    reservation.outputTokens += 60;
    expect(ledger.kvTokensPeak).toBe(181);
  });

  it('prices one more by the streams as they were at the last refresh', () => {
    const reservation = reserve(100, 50);
    reservation.outputTokens = 20;
    // Beside it until it ends; 50 tokens were left, and 30 are by now.
    expect(ledger.kvTokensPeakWith(10, 50)).toBe(210);

    ledger.refresh();

    expect(ledger.kvTokensPeakWith(10, 50)).toBe(190);
  });

  it('fits one more by the streams as they are', () => {
    const reservation = reserve(100, 50);
    reservation.outputTokens = 20;

    expect(ledger.kvFits(10, 50, 189)).toBe(false);
    expect(ledger.kvFits(10, 50, 190)).toBe(true);
  });

  it('does not count a token that comes after the release', () => {
    const late = reserve(100);
    late.release();

    late.outputTokens += 1;

    expect(late.outputTokens).toBe(1);
    expectEmpty();
  });

  it('gives everything back at the release, and says so the first time only', () => {
    const reservation = reserve();

    expect(reservation.release()).toBe(true);
    expect(reservation.release()).toBe(false);

    expectEmpty();
  });

  it('does not count a first token that comes after the release', () => {
    const late = reserve(100);
    reserve(30);
    late.release();

    late.firstToken();

    expect(ledger.prefillTokens).toBe(30);
  });

  it('returns to zero for any order of first tokens, tokens and ends', () => {
    const course = fc.array(
      fc.record({ who: fc.nat(9), what: fc.constantFrom('first', 'token', 'end', 'poll') }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(
        course,
        fc.shuffledSubarray([...Array(10).keys()], { minLength: 10 }),
        (steps, ends) => {
          ledger = new Ledger('replica-0');
          const open = Array.from({ length: 10 }, (_, index) =>
            reserve(index * 10, index * 7, index),
          );
          for (const [nowMs, { who, what }] of steps.entries()) {
            const reservation = open[who];
            if (reservation === undefined) continue;
            if (what === 'first') reservation.firstToken();
            else if (what === 'token') reservation.outputTokens += 3;
            else if (what === 'end') reservation.release();
            else ledger.markSnapshot(nowMs);
          }
          for (const who of ends) open[who]?.release();
          expectEmpty();
        },
      ),
    );
  });

  describe('beside load snapshots', () => {
    it('counts everything as sent since the last one until there is one', () => {
      reserve();
      reserve();

      expect(ledger.requestsSinceSnapshot).toBe(2);
    });

    it('counts what was sent at or after the moment it was taken', () => {
      reserve(100, 50, 9);
      reserve(100, 50, 10);
      reserve(100, 50, 11);

      ledger.markSnapshot(10);
      const latest = reserve(100, 50, 12);

      expect(ledger.requestsSinceSnapshot).toBe(3);
      latest.release();
      expect(ledger.requestsSinceSnapshot).toBe(2);
    });

    it('does not take a request off twice that was sent before and ends after it', () => {
      const early = reserve(100, 50, 1);
      reserve(100, 50, 20);
      ledger.markSnapshot(10);

      early.release();

      expect(ledger.requestsSinceSnapshot).toBe(1);
    });

    it('claims what it had before the moment, not what it sent after', () => {
      reserve(100, 50, 1).firstToken();
      reserve(200, 50, 2);
      reserve(400, 50, 11);

      const share = ledger.markSnapshot(10);

      expect(share).toEqual({ requests: 2, prefillRequests: 2, prefillTokens: 600, kvTokens: 700 });
    });

    it('tells how many of those that are open were sent at a moment or later', () => {
      reserve(100, 50, 1);
      reserve(100, 50, 2);
      reserve(100, 50, 3).release();

      expect([1, 2, 3].map((atMs) => ledger.sentSince(atMs))).toEqual([2, 1, 0]);
    });

    it('claims what ended since the one before, which this one may still show', () => {
      const ended = reserve(100, 50, 1);
      ended.outputTokens = 40;
      reserve(100, 50, 2);
      ended.release();

      expect(ledger.markSnapshot(10)).toMatchObject({ requests: 2, kvTokens: 240 });
      expect(ledger.markSnapshot(20)).toMatchObject({ requests: 1, kvTokens: 100 });
    });

    it('claims the most that was open at one time, not everything that ever was', () => {
      for (let nowMs = 0; nowMs < 50; nowMs++) reserve(100, 50, nowMs).release();

      expect(ledger.markSnapshot(100)).toMatchObject({ requests: 1, kvTokens: 100 });
    });
  });

  it('samples what a replica has done: a prompt that was given up was not computed', () => {
    const stream = reserve(100, 50, 1000);
    const computed = reserve(70, 50, 1000);
    reserve(30, 50, 1000).release();
    stream.firstToken();
    computed.firstToken();

    expect(ledger.sampleWork(1500)).toEqual({
      elapsedMs: 500,
      steps: 0,
      outputTokens: 0,
      prefillTokens: 170,
      kvTokens: (0 + 170) / 2,
    });
  });

  it('samples nothing of a time in which the replica had nothing to do', () => {
    reserve(100, 50, 0).release();

    expect(ledger.sampleWork(500)).toBeUndefined();
  });

  it('expects of an answer that goes on what its outlook says of such a long one', () => {
    const outlook = { expectedTokens: (produced: number) => 2 * produced };
    const request = { promptTokens: 100, expectedOutputTokens: 50, outlook, nowMs: 0 };
    const stream = ledger.reserve(request);
    expect(ledger.kvTokensPeak).toBe(150);

    stream.outputTokens = 15;
    expect(ledger.kvTokensPeakWith(0, 1)).toBe(150);
    stream.outputTokens = 50;

    expect(ledger.kvTokensPeakWith(0, 1)).toBe(200);
  });

  it('asks the outlook seldom: not before a quarter more has been produced', () => {
    let asked = 0;
    const outlook = {
      expectedTokens: () => {
        asked += 1;
        return 10_000;
      },
    };
    const request = { promptTokens: 1, expectedOutputTokens: 10_000, outlook, nowMs: 0 };
    const stream = ledger.reserve(request);

    for (; stream.outputTokens < 5000; stream.outputTokens += 1) {
      ledger.refresh();
      expect(ledger.kvTokensPeak).toBe(10_001);
    }

    expect(asked).toBeLessThan(30);
  });
});

describe('what a ledger tells of the life at its replica', () => {
  it('grows with every token and every computed prompt, and with nothing else', () => {
    const ledger = new Ledger('one');
    const open = ledger.reserve({ promptTokens: 100, expectedOutputTokens: 50, nowMs: 0 });
    const seen = [ledger.progress];
    open.firstToken();
    seen.push(ledger.progress);
    open.outputTokens += 3;
    seen.push(ledger.progress);
    open.release();
    seen.push(ledger.progress);
    expect(seen).toEqual([0, 1, 2, 2]);
    expect(ledger.answers).toBe(1);
  });

  it('counts those that are not held up by the gateway itself', () => {
    const ledger = new Ledger('one');
    const [first, second] = [0, 1].map(() =>
      ledger.reserve({ promptTokens: 100, expectedOutputTokens: 50, nowMs: 0 }),
    );
    if (first === undefined) throw new Error('two were reserved');
    first.isPaused = true;
    expect(ledger.listening).toBe(1);
    first.isPaused = false;
    second?.release();
    expect(ledger.listening).toBe(1);
    expect([first.isReleased, second?.isReleased]).toEqual([false, true]);
  });
});
