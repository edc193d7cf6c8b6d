import { describe, expect, it } from 'vitest';
import {
  capacityText,
  countText,
  durationText,
  shareText,
  shortCountText,
} from '../../../../../../gateway/server/live/page/model/quantities.ts';

describe('a quantity for people', () => {
  it.each([
    [0, '0'],
    [1_234.4, '1,234'],
  ])('counts %f as %s', (count, text) => {
    expect(countText(count)).toBe(text);
  });

  it.each([
    [null, 'an unknown capacity'],
    [0, 'an unknown capacity'],
    [1, '1'],
    [596_924, '597k'],
  ])('says of a capacity of %s: %s', (tokens, text) => {
    expect(capacityText(tokens)).toBe(text);
  });

  it.each([
    [0, '0'],
    [999, '999'],
    [41_234, '41.2k'],
    [596_924, '597k'],
    [999_600, '1M'],
    [1_040_000, '1.04M'],
  ])('shortens %i to %s', (count, text) => {
    expect(shortCountText(count)).toBe(text);
  });

  it.each([
    [0, '0 ms'],
    [28.44, '28.4 ms'],
    [999, '999 ms'],
    [999.6, '1 s'],
    [1_236, '1.24 s'],
    [99_960, '2 min'],
    [720_000, '12 min'],
    [7_200_000, '2 h'],
  ])('tells %f ms as %s', (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });

  it('tells a share of one in hundredths', () => {
    expect([shareText(0), shareText(0.736), shareText(1)]).toEqual(['0 %', '74 %', '100 %']);
  });
});
