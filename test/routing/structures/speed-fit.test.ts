import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Speed } from '../../../routing/replica.ts';
import { defaultSpeed } from '../../../routing/speed.ts';
import { SpeedFit, type WorkSample } from '../../../routing/structures/speed-fit.ts';
import { seededRandom } from '../../support/chance.ts';

/** Half a second or so of a replica that is as fast as `speed`. */
function workOf(speed: Speed, random: () => number): WorkSample {
  const steps = 5 + Math.floor(random() * 20);
  const requests = 1 + Math.floor(random() * 200);
  const kvTokens = requests * (500 + 3000 * random());
  const prefillTokens = random() < 0.5 ? 0 : Math.floor(random() * 8000);
  const stepMs =
    speed.decodeStepMs +
    speed.decodeStepMsPerRequest * requests +
    speed.decodeStepMsPerKvToken * kvTokens;
  const elapsedMs = steps * stepMs + (1000 * prefillTokens) / speed.prefillTokensPerSecond;
  return { elapsedMs, steps, outputTokens: steps * requests, prefillTokens, kvTokens };
}

function slower(speed: Speed, factor: number): Speed {
  return {
    prefillTokensPerSecond: speed.prefillTokensPerSecond / factor,
    decodeStepMs: speed.decodeStepMs * factor,
    decodeStepMsPerRequest: speed.decodeStepMsPerRequest * factor,
    decodeStepMsPerKvToken: speed.decodeStepMsPerKvToken * factor,
  };
}

function fitOf(speed: Speed, samples: number, prior = defaultSpeed, seed = 1): SpeedFit {
  const fit = new SpeedFit(prior);
  const random = seededRandom(seed);
  for (let index = 0; index < samples; index++) fit.learn(workOf(speed, random));
  return fit;
}

/** What the fit makes of a sample, over what it took; 1 is exact. */
function predicted(fit: Speed, sample: WorkSample): number {
  const requests = sample.outputTokens / sample.steps;
  const stepMs =
    fit.decodeStepMs +
    fit.decodeStepMsPerRequest * requests +
    fit.decodeStepMsPerKvToken * sample.kvTokens;
  const prefillMs = (1000 * sample.prefillTokens) / fit.prefillTokensPerSecond;
  return (sample.steps * stepMs + prefillMs) / sample.elapsedMs;
}

describe('SpeedFit', () => {
  it('is as fast as its prior before it has seen anything', () => {
    expect(new SpeedFit(defaultSpeed)).toMatchObject(defaultSpeed);
  });

  it('stays with its prior while that holds', () => {
    const fit = fitOf(defaultSpeed, 50);

    for (const [name, value] of Object.entries(defaultSpeed)) {
      expect(fit[name as keyof Speed] / value).toBeCloseTo(1, 6);
    }
  });

  it('predicts what a replica of other proportions takes within five per cent', () => {
    const other: Speed = {
      prefillTokensPerSecond: 9_000,
      decodeStepMs: 31,
      decodeStepMsPerRequest: 0.04,
      decodeStepMsPerKvToken: 6e-5,
    };
    const fit = fitOf(other, 60);
    const random = seededRandom(2);

    for (let index = 0; index < 50; index++) {
      expect(Math.abs(predicted(fit, workOf(other, random)) - 1)).toBeLessThan(0.05);
    }
  });

  it('finds a pace that is far from its prior, in either direction', () => {
    const factors = fc.double({ min: Math.log(1 / 50), max: Math.log(50), noNaN: true });
    fc.assert(
      fc.property(factors, fc.integer(), (logFactor, seed) => {
        const actual = slower(defaultSpeed, Math.exp(logFactor));
        const fit = fitOf(actual, 40, defaultSpeed, seed);

        const ratio = predicted(fit, workOf(actual, seededRandom(seed + 1)));
        expect(ratio).toBeGreaterThan(0.9);
        expect(ratio).toBeLessThan(1.1);
      }),
    );
  });

  it('sees within five seconds that a replica takes three times as long', () => {
    const fit = fitOf(defaultSpeed, 60);
    const random = seededRandom(3);
    const slow = slower(defaultSpeed, 3);

    for (let elapsedMs = 0; elapsedMs < 5000;) {
      const sample = workOf(slow, random);
      fit.learn(sample);
      elapsedMs += sample.elapsedMs;
    }

    expect(predicted(fit, workOf(slow, random))).toBeGreaterThan(2 / 3);
  });

  it('lets one slow half second pass for little', () => {
    const fit = fitOf(defaultSpeed, 60);

    fit.learn({ elapsedMs: 500, steps: 8, outputTokens: 80, prefillTokens: 0, kvTokens: 1e5 });

    expect(fit.decodeStepMs).toBeLessThan(1.5 * defaultSpeed.decodeStepMs);
  });

  it.each([
    ['no time', { elapsedMs: 0, steps: 10 }],
    ['time that is no number', { elapsedMs: NaN, steps: 10 }],
    ['no work', { elapsedMs: 500, steps: 0 }],
  ])('learns nothing from %s', (_what, odd) => {
    const fit = fitOf(slower(defaultSpeed, 2), 20);
    const before = fit.decodeStepMs;

    fit.learn({ outputTokens: 0, prefillTokens: 0, kvTokens: 0, ...odd });

    expect(fit.decodeStepMs).toBe(before);
  });

  it('gives finite, positive figures whatever it is told', () => {
    const amount = fc.double({ min: 0, max: 1e9, noNaN: true });
    const sample = fc.record({
      elapsedMs: amount,
      steps: amount,
      outputTokens: amount,
      prefillTokens: amount,
      kvTokens: amount,
    });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 30 }), (samples) => {
        const fit = new SpeedFit(defaultSpeed);
        for (const one of samples) fit.learn(one);

        for (const name of Object.keys(defaultSpeed)) {
          const value = fit[name as keyof Speed];
          expect(value).toBeGreaterThan(0);
          expect(value).toBeLessThan(Infinity);
        }
      }),
    );
  });
});
