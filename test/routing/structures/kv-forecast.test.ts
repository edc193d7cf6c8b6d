import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KvForecast } from '../../../routing/structures/kv-forecast.ts';

interface Holder {
  readonly uncachedTokens: number;
  readonly expectedOutputTokens: number;
  outputTokens: number;
  /** By which the forecast knows it. */
  number: number;
}

function holder(uncachedTokens: number, expectedOutputTokens: number, outputTokens = 0): Holder {
  return { uncachedTokens, expectedOutputTokens, outputTokens, number: -1 };
}

function add(forecast: KvForecast, one: Holder): void {
  one.number = forecast.add(one.uncachedTokens, one.expectedOutputTokens);
}

/** Lets a holder make so many tokens. */
function move(forecast: KvForecast, one: Holder, tokens: number): void {
  one.outputTokens += tokens;
  forecast.moved(one.number, one.outputTokens);
}

/** Everyone in it has been read. */
function forecastOf(holders: readonly Holder[]): KvForecast {
  const forecast = new KvForecast();
  for (const one of holders) {
    add(forecast, one);
    move(forecast, one, 0);
  }
  forecast.forget();
  void forecast.peak;
  return forecast;
}

/** Decodes token by token until everyone has ended, and keeps the largest occupancy on the way. */
function simulatedPeak(holders: readonly Holder[]): number {
  let running = holders.map(({ uncachedTokens, expectedOutputTokens, outputTokens }) => ({
    kvTokens: uncachedTokens + outputTokens,
    remaining: Math.max(expectedOutputTokens - outputTokens, 1),
  }));
  let peak = 0;
  while (running.length > 0) {
    for (const one of running) {
      one.kvTokens += 1;
      one.remaining -= 1;
    }
    peak = Math.max(
      peak,
      running.reduce((sum, { kvTokens }) => sum + kvTokens, 0),
    );
    running = running.filter(({ remaining }) => remaining > 0);
  }
  return peak;
}

const holders: fc.Arbitrary<Holder[]> = fc.array(
  fc
    .record({
      uncachedTokens: fc.integer({ min: 0, max: 60 }),
      expectedOutputTokens: fc.integer({ min: 0, max: 60 }),
      outputTokens: fc.integer({ min: 0, max: 70 }),
    })
    .map(({ uncachedTokens, expectedOutputTokens, outputTokens }) =>
      holder(uncachedTokens, expectedOutputTokens, outputTokens),
    ),
  { maxLength: 40 },
);

describe('KvForecast', () => {
  it('is zero with nobody there', () => {
    const forecast = new KvForecast();

    expect(forecast.peak).toBe(0);
  });

  it('lets one request end with its prompt and its whole output', () => {
    expect(forecastOf([holder(100, 50)]).peak).toBe(150);
    expect(forecastOf([holder(100, 50, 30)]).peak).toBe(150);
  });

  it('is less than the sum of single peaks where the short ones end first', () => {
    const forecast = forecastOf([holder(100, 10), holder(100, 100)]);

    // When the short one ends both hold 110; when the long one ends it is alone with 200.
    expect(forecast.peak).toBe(220);
  });

  it('sees that a request which ends before the peak costs nothing at the peak', () => {
    const forecast = forecastOf([holder(1000, 500), holder(1000, 500)]);

    expect(forecast.peak).toBe(3000);
    expect(forecast.peakWith(850, 50)).toBe(3000);
    expect(forecast.peakWith(850, 51)).toBe(3003);
  });

  it('takes a request that outlives its expectation to end with its next token', () => {
    expect(forecastOf([holder(100, 50, 80)]).peak).toBe(181);
  });

  it('equals the peak of decoding everyone in step, token by token', () => {
    fc.assert(
      fc.property(holders, (present) => {
        expect(forecastOf(present).peak).toBe(simulatedPeak(present));
      }),
    );
  });

  it('answers for one more as if it were there', () => {
    fc.assert(
      fc.property(holders, fc.nat(80), fc.nat(80), (present, uncachedTokens, expected) => {
        const asked = forecastOf(present).peakWith(uncachedTokens, expected);

        expect(asked).toBe(simulatedPeak([...present, holder(uncachedTokens, expected)]));
      }),
    );
  });

  it('never falls when one more is added', () => {
    fc.assert(
      fc.property(holders, fc.nat(80), fc.nat(80), (present, uncachedTokens, expected) => {
        const forecast = forecastOf(present);

        expect(forecast.peakWith(uncachedTokens, expected)).toBeGreaterThanOrEqual(forecast.peak);
      }),
    );
  });

  it('stays exact through any course of comings, tokens and goings', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add'), uncachedTokens: fc.nat(60), expected: fc.nat(60) }),
      fc.record({
        kind: fc.constant('decode'),
        who: fc.nat(),
        tokens: fc.integer({ min: 1, max: 9 }),
      }),
      fc.record({ kind: fc.constant('remove'), who: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const forecast = new KvForecast();
        const present: Holder[] = [];
        for (const one of steps) {
          const chosen = 'who' in one ? present[one.who % present.length] : undefined;
          if ('expected' in one) {
            present.push(holder(one.uncachedTokens, one.expected));
            add(forecast, present[present.length - 1] ?? holder(0, 0));
          } else if (chosen !== undefined && 'tokens' in one) {
            move(forecast, chosen, one.tokens);
            forecast.forget();
          } else if (chosen !== undefined) {
            present.splice(present.indexOf(chosen), 1);
            forecast.remove(chosen.number);
          }
          expect(forecast.peak).toBe(simulatedPeak(present));
          expect(forecast.peakWith(7, 20)).toBe(simulatedPeak([...present, holder(7, 20)]));
        }
      }),
    );
  });

  it('does not change while everyone decodes in step', () => {
    const present = [holder(500, 90), holder(100, 300), holder(700, 20)];
    const forecast = forecastOf(present);
    const before = forecast.peak;

    for (const one of present) move(forecast, one, 15);
    forecast.forget();

    expect(forecast.peak).toBe(before);
  });

  it('reads progress anew only after it was told to forget', () => {
    const one = holder(100, 50);
    const forecast = forecastOf([one]);

    // It has outlived its expectation by now.
    move(forecast, one, 80);

    expect(forecast.peak).toBe(150);
    forecast.forget();
    expect(forecast.peak).toBe(181);
  });

  it('gives those who come and go their place beside those who were read before', () => {
    const one = holder(100, 50);
    const forecast = forecastOf([one]);
    move(forecast, one, 80);

    const late = holder(60, 10);
    add(forecast, late);

    expect(forecast.peak).toBe(180);
    forecast.remove(late.number);
    expect(forecast.peak).toBe(150);
  });

  describe('asked whether one more fits', () => {
    it('takes a peak that reaches the room to the last token, and none beyond', () => {
      const forecast = forecastOf([holder(1000, 500), holder(1000, 500)]);

      expect(forecast.fits(850, 51, 3003)).toBe(true);
      expect(forecast.fits(850, 51, 3002)).toBe(false);
    });

    it('sees room that streams have made since the last reading', () => {
      const one = holder(1000, 500);
      const forecast = forecastOf([one]);
      expect(forecast.fits(500, 400, 2299)).toBe(false);

      move(forecast, one, 200);

      // The newcomer decodes beside it for 300 tokens more, not for 400.
      expect(forecast.fits(500, 400, 2299)).toBe(false);
      expect(forecast.fits(500, 400, 2300)).toBe(true);
    });

    it('sees that room has gone because a stream outlives its expectation', () => {
      const one = holder(100, 50);
      const forecast = forecastOf([one]);
      expect(forecast.fits(10, 1, 151)).toBe(true);

      move(forecast, one, 80);

      expect(forecast.fits(10, 1, 191)).toBe(false);
      expect(forecast.fits(10, 1, 192)).toBe(true);
    });

    it('reads nobody anew whose progress cannot change the answer', () => {
      const one = holder(100, 50);
      const forecast = forecastOf([one]);
      move(forecast, one, 5);

      // Two requests and 5 tokens: up to 20 either way of a peak of 162.
      expect(forecast.fits(50, 6, 141)).toBe(false);
      expect(forecast.fits(50, 6, 183)).toBe(true);
      expect(forecast.peakWith(50, 6)).toBe(162);
      expect(forecast.fits(50, 6, 182)).toBe(true);
      expect(forecast.peakWith(50, 6)).toBe(167);
    });

    it('needs no reading for a clear answer even where it was told to forget', () => {
      const one = holder(100, 50);
      const forecast = forecastOf([one]);
      move(forecast, one, 5);
      forecast.forget();

      expect(forecast.fits(50, 6, 141)).toBe(false);
      expect(forecast.fits(50, 6, 183)).toBe(true);
      move(forecast, one, -5);
      expect(forecast.peakWith(50, 6)).toBe(162);
    });

    it('answers through any course of tokens as if all were read', () => {
      const moves = fc.array(
        fc.record({ who: fc.nat(), tokens: fc.integer({ min: -4, max: 9 }) }),
        {
          maxLength: 30,
        },
      );
      const added = fc.record({ uncachedTokens: fc.nat(60), expected: fc.nat(60) });
      fc.assert(
        fc.property(holders, moves, added, fc.integer(), (present, steps, newcomer, offset) => {
          const { uncachedTokens, expected } = newcomer;
          const forecast = forecastOf(present);
          for (const { who, tokens } of steps) {
            const chosen = present[who % present.length];
            if (chosen !== undefined) move(forecast, chosen, tokens);
            const peak = simulatedPeak([...present, holder(uncachedTokens, expected)]);
            const room = peak + (offset % 40);

            expect(forecast.fits(uncachedTokens, expected, room)).toBe(peak <= room);
          }
        }),
      );
    });
  });

  it('grows past the room it began with', () => {
    for (const count of [15, 16, 17, 33, 500]) {
      const forecast = forecastOf(Array.from({ length: count }, () => holder(10, 5)));

      expect(forecast.peak).toBe(15 * count);
    }
  });

  it('knows a holder by its number, and gives the number of one who left to another', () => {
    const forecast = forecastOf([holder(100, 50), holder(200, 50), holder(400, 50)]);

    forecast.remove(1);

    expect(forecast.peak).toBe(600);
    expect(forecast.add(800, 50)).toBe(1);
    expect(forecast.peak).toBe(1450);
  });

  it('changes the place of one who will be longer or shorter than was expected', () => {
    const one = holder(100, 50);
    const forecast = forecastOf([one, holder(100, 40)]);

    forecast.expects(one.number, 10);

    // At its end both hold 110; at the other's there are 140.
    expect(forecast.peak).toBe(220);
    forecast.expects(one.number, 1000);
    expect(forecast.peak).toBe(1100);
  });

  it('sums both peaks up to the tokens where that will do, and is never less beyond', () => {
    const forecast = forecastOf([holder(1000, 500), holder(1000, 500)]);

    // The newcomer ends before the peak, which is 3000 with it and without it.
    expect(forecast.peakWith(800, 50, 3851)).toBe(3850);
    expect(forecast.peakWith(800, 50, 3850)).toBe(3850);
    expect(forecast.peakWith(800, 50, 3849)).toBe(3849);
    expect(forecast.peakWith(800, 50, 2999)).toBe(3000);
  });

  it('forgets nobody who is not there, and keeps the others as they are', () => {
    const forecast = new KvForecast();
    const gone = forecast.add(100, 50);
    const there = forecast.add(200, 70);
    forecast.remove(gone);

    for (const holder of [gone, -1, there + 1, 1000]) {
      expect(() => forecast.remove(holder)).toThrow(
        new RangeError(`holder ${holder} is not there`),
      );
    }
    expect(forecast.peak).toBe(270);
    forecast.remove(there);
    expect(forecast.peak).toBe(0);
  });
});
