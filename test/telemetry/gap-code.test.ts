import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeGaps,
  encodeGaps,
  GAP_CODE_BYTES_MAX,
  LATER_GAPS_MAX,
} from '../../telemetry/gap-code.ts';

function coded(...gapsMs: number[]): string {
  return encodeGaps(Float32Array.from(gapsMs), gapsMs.length);
}

/** Steady gaps, one byte each. */
function steady(gaps: number): Float32Array {
  return new Float32Array(gaps).fill(25);
}

describe('the code of gaps', () => {
  it('is a byte for each gap that is like the one before', () => {
    expect(coded(1, 1, 1, 1)).toBe('g1.4.UAAA');
  });

  it('tells shorter gaps by their sign, and long ones in more digits', () => {
    // 5, 1 less, and 996 more: 996 is doubled for its sign, and 1992 is 8 + 30 · 32 + 1 · 1024.
    expect(coded(0.5, 0.4, 100)).toBe('g1.3.KDo+B');
    expect(decodeGaps(coded(0.5, 0.4, 100))?.firstGapsMs).toEqual([0.5, 0.4, 100]);
  });

  it('of a stream without gaps says so', () => {
    expect(coded()).toBe('g1.0.');
    expect(decodeGaps('g1.0.')).toEqual({ gapsTotal: 0, firstGapsMs: [], laterGaps: [] });
  });

  it('lets no rounding add up: the sum of many gaps is right to a tenth of a millisecond', () => {
    const gapsMs = Array.from({ length: 1500 }, (_, index) => 20 + (index % 7) * 0.013);
    const decoded = decodeGaps(coded(...gapsMs))?.firstGapsMs ?? [];
    const sum = (all: readonly number[]): number => all.reduce((one, other) => one + other, 0);

    expect(decoded).toHaveLength(1500);
    expect(Math.abs(sum(decoded) - sum(gapsMs))).toBeLessThan(0.1);
  });

  it('tells every gap to a tenth of a millisecond, or is at its bound and tells the largest', () => {
    const gap = fc.oneof(
      { weight: 8, arbitrary: fc.double({ min: 0, max: 60, noNaN: true }) },
      { weight: 1, arbitrary: fc.double({ min: 0, max: 1e6, noNaN: true }) },
    );
    fc.assert(
      fc.property(fc.array(gap, { maxLength: 3000, size: 'max' }), (gapsMs) => {
        const text = coded(...gapsMs);
        const decoded = decodeGaps(text);
        expect(text.length).toBeLessThanOrEqual(GAP_CODE_BYTES_MAX);
        expect(decoded?.gapsTotal).toBe(gapsMs.length);
        const { firstGapsMs = [], laterGaps = [] } = decoded ?? {};
        expect(firstGapsMs.every((told, index) => isNear(told, gapsMs[index]))).toBe(true);
        expect(laterGaps.every(({ index, gapMs }) => isNear(gapMs, gapsMs[index]))).toBe(true);
        const others = gapsMs.slice(firstGapsMs.length);
        expect(laterGaps).toHaveLength(Math.min(others.length, LATER_GAPS_MAX));
        const toldIndexes = new Set(laterGaps.map(({ index }) => index));
        const least = Math.min(...laterGaps.map(({ index }) => gapsMs[index] ?? 0));
        const untold = others.filter((_, at) => !toldIndexes.has(at + firstGapsMs.length));
        expect(untold.every((one) => Math.fround(one) <= Math.fround(least))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  /** Within the rounding of the text and of 32-bit floats. */
  function isNear(told: number, gapMs = Number.NaN): boolean {
    return Math.abs(told - gapMs) <= 0.11 + gapMs * 1e-6;
  }
});

describe('the bound of the code', () => {
  // `g1.NNNN.` and a first gap of two digits leave the rest for one byte a gap.
  const gapsThatFit = GAP_CODE_BYTES_MAX - 'g1.1990.'.length - 1;

  it('is reached by as many steady gaps as there are bytes, and all of them are told', () => {
    const text = encodeGaps(steady(gapsThatFit), gapsThatFit);

    expect(text).toHaveLength(GAP_CODE_BYTES_MAX);
    expect(decodeGaps(text)?.firstGapsMs).toEqual([...steady(gapsThatFit)]);
  });

  it('is kept with one gap more: the first ones are told, and the largest of the others', () => {
    const gapsMs = steady(gapsThatFit + 1);
    gapsMs[gapsThatFit - 3] = 900;
    const text = encodeGaps(gapsMs, gapsMs.length);

    const decoded = decodeGaps(text);
    expect(text.length).toBeLessThanOrEqual(GAP_CODE_BYTES_MAX);
    expect(decoded?.firstGapsMs.length).toBeGreaterThan(1800);
    expect(decoded?.laterGaps).toContainEqual({ index: gapsThatFit - 3, gapMs: 900 });
  });

  it('is kept where every number takes its most digits', () => {
    const gapsMs = Float32Array.from({ length: 32_768 }, (_, index) => (index % 2) * 1e9);

    expect(encodeGaps(gapsMs, 1e9).length).toBeLessThanOrEqual(GAP_CODE_BYTES_MAX);
    expect(decodeGaps(encodeGaps(gapsMs, 1e9))?.laterGaps).toHaveLength(LATER_GAPS_MAX);
  });
});

describe('a text that is no code', () => {
  it.each([
    ['of another version', 'g2.1.UA'],
    ['of other letters', 'g1.1.U-'],
    ['cut within a number', 'g1.1.o'],
    ['with half a pair behind the first gaps', 'g1.9.U.CCC'],
    ['with more gaps than it says', 'g1.1.UA'],
    ['with a later gap beyond its end', 'g1.3.U.IU'],
    ['with a gap below zero', 'g1.2.UX'],
    ['with a number without end', `g1.2.${'g'.repeat(20)}A`],
    ['beyond the bound', `g1.9999.U${'A'.repeat(GAP_CODE_BYTES_MAX)}`],
    ['that is empty', ''],
  ])('%s is not read', (_, text) => {
    expect(decodeGaps(text)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        decodeGaps(text);
        decodeGaps(`g1.${text}`);
      }),
    );
  });
});
