import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GAPS_KEPT_MAX, TokenTimer } from '../../telemetry/token-timer.ts';

/** A timer of a request received at 1,000 ms whose outputs came so long after that. */
function timed(...afterMs: readonly number[]): TokenTimer {
  const timer = new TokenTimer(1000);
  for (const ms of afterMs) timer.output(1000 + ms);
  return timer;
}

describe('a token timer before the first output', () => {
  it('knows no times and no gaps', () => {
    const timer = timed();

    expect(timer.outputs).toBe(0);
    expect(timer.tokens).toBe(0);
    expect(timer.firstOutputMs).toBeUndefined();
    expect(timer.lastOutputMs).toBeUndefined();
    expect(timer.gaps()).toHaveLength(0);
    expect(timer.gapTokens()).toBeUndefined();
  });

  it('tells an end-to-end latency of zero and nothing else', () => {
    expect(timed().timing()).toEqual({
      outputTokens: 0,
      timeToFirstTokenMs: undefined,
      timePerOutputTokenMs: undefined,
      interTokenLatencyMaxMs: undefined,
      endToEndLatencyMs: 0,
    });
  });
});

describe('a token timer', () => {
  it('knows one output by its first token alone', () => {
    expect(timed(20).timing()).toEqual({
      outputTokens: 1,
      timeToFirstTokenMs: 20,
      timePerOutputTokenMs: undefined,
      interTokenLatencyMaxMs: undefined,
      endToEndLatencyMs: 20,
    });
  });

  it('tells the figures of a stream in the terms of the field', () => {
    expect(timed(20, 30, 60, 70).timing()).toEqual({
      outputTokens: 4,
      timeToFirstTokenMs: 20,
      timePerOutputTokenMs: 50 / 3,
      interTokenLatencyMaxMs: 30,
      endToEndLatencyMs: 70,
    });
  });

  it('keeps every gap, the first one first', () => {
    expect([...timed(20, 30, 60, 70).gaps()]).toEqual([10, 30, 10]);
  });

  it('keeps when it all began and ended', () => {
    const timer = timed(20, 30, 60);

    expect(timer.receivedMs).toBe(1000);
    expect(timer.firstOutputMs).toBe(1020);
    expect(timer.lastOutputMs).toBe(1060);
  });

  it('takes the count of the engine over its own for the time per token', () => {
    const timing = timed(20, 30, 60, 70).timing(11);

    expect(timing.outputTokens).toBe(11);
    expect(timing.timePerOutputTokenMs).toBe(5);
  });

  it('counts a clock that went back as no time at all', () => {
    const timer = timed(20, 30, 25, 40);

    expect([...timer.gaps()]).toEqual([10, 0, 10]);
    expect(timer.lastOutputMs).toBe(1040);
  });

  it('shows only the gaps that there are, however large its room', () => {
    const timer = timed(...Array.from({ length: 17 }, (_, index) => index));

    expect(timer.gaps()).toHaveLength(16);

    timer.output(2000);
    expect(timer.gaps()).toHaveLength(17);
    expect(timer.gaps().at(-1)).toBe(984);
  });
});

describe('outputs of several tokens', () => {
  it('are counted by their tokens', () => {
    const timer = new TokenTimer(0);
    timer.output(10, 3);
    timer.output(20, 5);

    expect(timer.outputs).toBe(2);
    expect(timer.tokens).toBe(8);
    expect(timer.timing().timePerOutputTokenMs).toBe(10 / 7);
  });

  it('are told apart from the first exception on, and ones before it are ones', () => {
    const timer = new TokenTimer(0);
    for (const [atMs, count] of [
      [10, 1],
      [20, 1],
      [30, 4],
      [40, 1],
      [50, 0],
    ] as const) {
      timer.output(atMs, count);
    }

    expect([...(timer.gapTokens() ?? [])]).toEqual([1, 4, 1, 0]);
  });

  it('need no second array where each holds one', () => {
    expect(timed(1, 2, 3).gapTokens()).toBeUndefined();
  });

  it('keep their counts when the arrays grow', () => {
    const timer = new TokenTimer(0);
    for (let index = 0; index <= 100; index += 1) timer.output(index, 1 + (index % 3));

    expect(timer.gapTokens()).toHaveLength(100);
    expect([...(timer.gapTokens() ?? [])]).toEqual(
      Array.from({ length: 100 }, (_, index) => 1 + ((index + 1) % 3)),
    );
  });
});

describe('an answer longer than what is kept', () => {
  function answerOf(gaps: number): TokenTimer {
    const timer = new TokenTimer(0);
    for (let index = 0; index <= gaps; index += 1) timer.output(index * 2, 1 + (index % 2));
    return timer;
  }

  it('has all its gaps at the bound', () => {
    const timer = answerOf(GAPS_KEPT_MAX);

    expect(timer.gaps()).toHaveLength(GAPS_KEPT_MAX);
    expect(timer.gapTokens()).toHaveLength(GAPS_KEPT_MAX);
  });

  it('keeps the first gaps one past the bound, and all of its figures', () => {
    const timer = answerOf(GAPS_KEPT_MAX + 1);
    const memory = timer.gaps().buffer;
    timer.output(timer.lastOutputMs ?? 0);
    timer.output((timer.lastOutputMs ?? 0) + 500, 7);

    expect(timer.gaps()).toHaveLength(GAPS_KEPT_MAX);
    expect(timer.gaps().every((gapMs) => gapMs === 2)).toBe(true);
    expect(timer.gaps().buffer).toBe(memory);
    expect(timer.outputs).toBe(GAPS_KEPT_MAX + 4);
    expect(timer.timing().interTokenLatencyMaxMs).toBe(500);
    expect(timer.timing().endToEndLatencyMs).toBe((GAPS_KEPT_MAX + 1) * 2 + 500);
  });
});

describe('the law of the figures', () => {
  const gapsMs = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 2, maxLength: 300 });

  it('TTFT + (n - 1) x TPOT is E2E', () => {
    fc.assert(
      fc.property(gapsMs, (gaps) => {
        const timer = new TokenTimer(0);
        let atMs = 0;
        for (const gapMs of gaps) timer.output((atMs += gapMs));
        const timing = timer.timing();

        const sum =
          (timing.timeToFirstTokenMs ?? Number.NaN) +
          (timing.outputTokens - 1) * (timing.timePerOutputTokenMs ?? Number.NaN);
        expect(sum).toBeCloseTo(timing.endToEndLatencyMs, 6);
      }),
    );
  });

  it('the gaps and the time to the first token add up to E2E, and the largest is the largest', () => {
    fc.assert(
      fc.property(gapsMs, (gaps) => {
        const timer = new TokenTimer(0);
        let atMs = 0;
        for (const gapMs of gaps) timer.output((atMs += gapMs));

        const kept = [...timer.gaps()];
        expect(kept).toEqual(gaps.slice(1));
        expect(timer.timing().interTokenLatencyMaxMs).toBe(Math.max(...kept));
      }),
    );
  });
});
