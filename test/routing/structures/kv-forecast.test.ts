import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KvForecast, type KvHolder } from '../../../routing/structures/kv-forecast.ts';

interface Holder extends KvHolder {
  outputTokens: number;
}

function holder(uncachedTokens: number, expectedOutputTokens: number, outputTokens = 0): Holder {
  return { uncachedTokens, expectedOutputTokens, outputTokens };
}

function forecastOf(holders: readonly KvHolder[]): KvForecast {
  const forecast = new KvForecast();
  for (const one of holders) forecast.add(one);
  return forecast;
}

/** Decodes token by token until everyone has ended, and keeps the largest occupancy on the way. */
function simulatedPeak(holders: readonly KvHolder[]): number {
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

const holders = fc.array(
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

    expect(forecast.kvTokens).toBe(0);
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
            forecast.add(present[present.length - 1] ?? holder(0, 0));
          } else if (chosen !== undefined && 'tokens' in one) {
            chosen.outputTokens += one.tokens;
            forecast.forget();
          } else if (chosen !== undefined) {
            present.splice(present.indexOf(chosen), 1);
            forecast.remove(chosen);
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

    for (const one of present) one.outputTokens += 15;
    forecast.forget();

    expect(forecast.peak).toBe(before);
    expect(forecast.kvTokens).toBe(1300 + 3 * 15);
  });

  it('reads progress anew only after it was told to forget', () => {
    const one = holder(100, 50);
    const forecast = forecastOf([one]);
    expect(forecast.kvTokens).toBe(100);

    one.outputTokens = 20;

    expect(forecast.kvTokens).toBe(100);
    forecast.forget();
    expect(forecast.kvTokens).toBe(120);
  });

  it('grows past the room it began with', () => {
    for (const count of [15, 16, 17, 33, 500]) {
      const forecast = forecastOf(Array.from({ length: count }, () => holder(10, 5)));

      expect(forecast.peak).toBe(15 * count);
    }
  });

  it('ignores the removal of someone who is not there', () => {
    const forecast = forecastOf([holder(100, 50)]);

    forecast.remove(holder(100, 50));

    expect(forecast.peak).toBe(150);
  });
});
