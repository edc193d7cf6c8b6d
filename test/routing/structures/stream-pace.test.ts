import { describe, expect, it } from 'vitest';
import { StreamPace } from '../../../routing/structures/stream-pace.ts';

interface Stream {
  outputTokens: number;
}

function streams(count: number, outputTokens = 1): Stream[] {
  return Array.from({ length: count }, () => ({ outputTokens }));
}

/** Lets all streams go on at one pace, looked at every half second. */
function goOn(
  pace: StreamPace,
  all: readonly Stream[],
  {
    fromMs,
    toMs,
    everyMs,
  }: { readonly fromMs: number; readonly toMs: number; readonly everyMs: number },
): number | undefined {
  for (let nowMs = fromMs; nowMs < toMs; nowMs += 500) {
    pace.msPerToken(nowMs);
    for (const stream of all) stream.outputTokens += 500 / everyMs;
  }
  return pace.msPerToken(toMs);
}

function following(all: readonly Stream[]): StreamPace {
  const pace = new StreamPace();
  for (const stream of all) pace.follow(stream);
  return pace;
}

describe('the pace of streams', () => {
  it('is not known before two seconds of them have been seen', () => {
    const one = streams(1);
    const pace = following(one);

    expect(goOn(pace, one, { fromMs: 500, toMs: 2000, everyMs: 50 })).toBeUndefined();
    expect(goOn(pace, one, { fromMs: 2000, toMs: 4000, everyMs: 50 })).toBeCloseTo(50);
  });

  it('is the time of one stream for a token, however many there are', () => {
    for (const count of [4, 40]) {
      const all = streams(count);

      expect(goOn(following(all), all, { fromMs: 500, toMs: 9000, everyMs: 25 })).toBeCloseTo(25);
    }
  });

  it('is known to have slowed down within seconds', () => {
    const all = streams(10);
    const pace = following(all);
    goOn(pace, all, { fromMs: 500, toMs: 30_000, everyMs: 25 });

    expect(goOn(pace, all, { fromMs: 30_000, toMs: 35_000, everyMs: 250 })).toBeGreaterThan(50);
  });

  it('is slow beyond measure while all streams stand still', () => {
    const all = streams(10);
    const pace = following(all);
    pace.msPerToken(500);

    expect(pace.msPerToken(3000)).toBeGreaterThan(2000);
  });

  it('leaves out those whose prompts are not computed yet', () => {
    const all = streams(10);
    const pace = following([...all, ...streams(10, 0)]);

    expect(goOn(pace, all, { fromMs: 500, toMs: 9000, everyMs: 25 })).toBeCloseTo(25);
  });

  it('leaves out those that have ended, and is forgotten after them', () => {
    const all = streams(10);
    const pace = following(all);
    goOn(pace, all, { fromMs: 500, toMs: 9000, everyMs: 25 });
    for (const stream of all) pace.leave(stream);

    expect(pace.msPerToken(10_000)).toBeCloseTo(25);
    expect(pace.msPerToken(60_000)).toBeUndefined();
  });
});
