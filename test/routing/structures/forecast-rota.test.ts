import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ForecastRota } from '../../../routing/structures/forecast-rota.ts';

class Forecaster {
  refreshes = 0;
  refreshedMs = -Infinity;
  nowMs = 0;

  refresh(): void {
    this.refreshes += 1;
    this.refreshedMs = this.nowMs;
  }
}

function forecasters(count: number): Forecaster[] {
  return Array.from({ length: count }, () => new Forecaster());
}

function refreshes(among: readonly Forecaster[]): number[] {
  return among.map((one) => one.refreshes);
}

describe('ForecastRota', () => {
  it('reads everyone at the first call', () => {
    const four = forecasters(4);

    new ForecastRota(four).passTime(7);

    expect(refreshes(four)).toEqual([1, 1, 1, 1]);
  });

  it('reads one after the other, each once in 50 ms', () => {
    const four = forecasters(4);
    const rota = new ForecastRota(four);
    rota.passTime(0);

    rota.passTime(12.4);
    expect(refreshes(four)).toEqual([1, 1, 1, 1]);
    rota.passTime(12.5);
    expect(refreshes(four)).toEqual([2, 1, 1, 1]);
    rota.passTime(37.5);
    expect(refreshes(four)).toEqual([2, 2, 2, 1]);
    rota.passTime(50);
    expect(refreshes(four)).toEqual([2, 2, 2, 2]);
    rota.passTime(62.5);
    expect(refreshes(four)).toEqual([3, 2, 2, 2]);
  });

  it('reads nobody twice after a long pause', () => {
    const four = forecasters(4);
    const rota = new ForecastRota(four);
    rota.passTime(0);

    rota.passTime(1000);

    expect(refreshes(four)).toEqual([2, 2, 2, 2]);
    rota.passTime(1012);
    expect(refreshes(four)).toEqual([2, 2, 2, 2]);
    rota.passTime(1012.5);
    expect(refreshes(four)).toEqual([3, 2, 2, 2]);
  });

  it('lets no reading become 50 ms old, however the calls fall', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), pauses, (count, pausesMs) => {
        const all = forecasters(count);
        const rota = new ForecastRota(all);
        let nowMs = 0;
        for (const pauseMs of pausesMs) {
          nowMs += pauseMs;
          for (const one of all) one.nowMs = nowMs;
          rota.passTime(nowMs);

          for (const { refreshedMs } of all) expect(nowMs - refreshedMs).toBeLessThan(50.000_001);
        }
      }),
    );
  });

  it('has nothing to do for a fleet of none', () => {
    expect(() => new ForecastRota([]).passTime(0)).not.toThrow();
  });
});
