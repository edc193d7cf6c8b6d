import { describe, expect, it } from 'vitest';
import { watchGaps } from '../../../gateway/pipeline/gap-watch.ts';
import { ManualClock } from '../../support/clock.ts';

const GAP_MS = 400;

/** A stream whose tokens the test makes, and how often it was silent for too long. */
function aStream() {
  const clock = new ManualClock();
  const stream = { clock, tokens: 0, isPaused: false, silences: 0 };
  const stop = watchGaps({
    clock,
    gapMsMax: GAP_MS,
    tokens: () => stream.tokens,
    isPaused: () => stream.isPaused,
    tooLong: () => (stream.silences += 1),
  });
  return Object.assign(stream, { stop });
}

describe('the watch over gaps', () => {
  it('waits for the first token as long as it takes', () => {
    const stream = aStream();
    stream.clock.advance(100 * GAP_MS);

    expect(stream.silences).toBe(0);
  });

  it.each([
    [GAP_MS, 0],
    [1.25 * GAP_MS, 1],
  ])('sees a gap of %i ms: %i', (gapMs, silences) => {
    const stream = aStream();
    stream.tokens = 1;
    stream.clock.advance(gapMs);

    expect(stream.silences).toBe(silences);
  });

  it('sees no gap while tokens come, nor while the client holds them back', () => {
    const stream = aStream();
    for (let token = 1; token < 50; token += 1) {
      stream.tokens = token;
      stream.clock.advance(GAP_MS);
    }
    stream.isPaused = true;
    stream.clock.advance(10 * GAP_MS);

    expect(stream.silences).toBe(0);
    stream.isPaused = false;
    stream.clock.advance(2 * GAP_MS);
    expect(stream.silences).toBe(1);
  });

  it('leaves no timer behind', () => {
    const stream = aStream();
    stream.clock.advance(GAP_MS);
    stream.stop();

    expect(stream.clock.timers).toBe(0);
  });
});
