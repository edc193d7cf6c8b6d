import { describe, expect, it } from 'vitest';
import { slownessOf } from '../../../../gateway/replay/virtual/disturbances.ts';

const slowdowns = [
  { replica: 1, factor: 2, fromMs: 0, untilMs: Infinity },
  { replica: 1, factor: 3, fromMs: 100, untilMs: 200 },
  { replica: 2, factor: 5, fromMs: 100, untilMs: 200 },
];

describe('the slowness of a replica', () => {
  it('is none where nothing befalls it', () => {
    expect(slownessOf(0, { slowdowns })(150)).toBe(1);
    expect(slownessOf(0, {})(150)).toBe(1);
  });

  it('lasts from its first moment up to its last', () => {
    const factor = slownessOf(2, { slowdowns });

    expect([99, 100, 199, 200].map(factor)).toEqual([1, 5, 5, 1]);
  });

  it('multiplies where two come together', () => {
    const factor = slownessOf(1, { slowdowns });

    expect([0, 150, 1e9].map(factor)).toEqual([2, 6, 2]);
  });
});
