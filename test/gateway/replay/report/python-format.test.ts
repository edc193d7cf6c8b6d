import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pythonFloat, twoDecimals } from '../../../../gateway/replay/report/python-format.ts';

describe('twoDecimals', () => {
  it.each([
    [0.125, '0.12'],
    [0.375, '0.38'],
    [0.625, '0.62'],
    [0.875, '0.88'],
    [2.125, '2.12'],
    [1000.375, '1000.38'],
  ])('rounds the exact tie %d to the even digit', (value, text) => {
    expect(twoDecimals(value)).toBe(text);
  });

  it.each([
    [0, '0.00'],
    [5, '5.00'],
    [0.5, '0.50'],
    [0.25, '0.25'],
    [128.6, '128.60'],
    [1.005, '1.00'],
    [232_866.494_999, '232866.49'],
  ])('rounds %d to the nearer digit', (value, text) => {
    expect(twoDecimals(value)).toBe(text);
  });

  it('is never further from its value than half a hundredth', () => {
    const values = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(values, (value) => Math.abs(Number(twoDecimals(value)) - value) <= 0.005 + 1e-6),
    );
  });
});

describe('pythonFloat', () => {
  it.each([
    [0, '0.0'],
    [4, '4.0'],
    [0.5, '0.5'],
    [3236.8599, '3236.8599'],
    [Infinity, 'inf'],
  ])('prints %d as Python does', (value, text) => {
    expect(pythonFloat(value)).toBe(text);
  });
});
