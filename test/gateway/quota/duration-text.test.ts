import { describe, expect, it } from 'vitest';
import { durationText } from '../../../gateway/quota/duration-text.ts';

describe('a duration in a header', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [120, '120ms'],
    [999, '999ms'],
    [1_000, '1s'],
    [1_500, '1.5s'],
    [8_640, '8.64s'],
    [59_999, '59.999s'],
    [60_000, '1m0s'],
    [90_951, '1m30.951s'],
    [360_000, '6m0s'],
    [3_599_999, '59m59.999s'],
    [3_600_000, '1h0m0s'],
    [7_384_005, '2h3m4.005s'],
  ])('of %i ms is written as %s', (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });
});
