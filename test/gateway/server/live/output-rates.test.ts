import { describe, expect, it } from 'vitest';
import { OutputRates } from '../../../../gateway/server/live/output-rates.ts';

const totals = (tokens: number) => new Map([['r0', tokens]]);

describe('the rate of tokens', () => {
  it('is not known at the first look, nor at one five seconds after the last', () => {
    const rates = new OutputRates();

    expect(rates.look(totals(0), 0)).toBeUndefined();
    expect(rates.look(totals(50), 5_001)).toBeUndefined();
  });

  it('is told over a second where there were looks before that', () => {
    const rates = new OutputRates();
    for (let tick = 0; tick <= 8; tick += 1) rates.look(totals(tick * 25), tick * 250);

    expect(rates.look(totals(300), 2_250)?.('r0')).toBe(175);
    expect(rates.look(totals(300), 2_250)?.('r1')).toBe(0);
  });

  it('is told over less where the first look was less than a second ago', () => {
    const rates = new OutputRates();
    rates.look(totals(10), 0);

    expect(rates.look(totals(60), 500)?.('r0')).toBe(100);
  });

  it('does not depend on how many look at once', () => {
    const rates = new OutputRates();
    for (let atMs = 0; atMs <= 3_000; atMs += 1) rates.look(totals(atMs), atMs);

    expect(rates.look(totals(3_000), 3_000)?.('r0')).toBe(1_000);
  });

  it('is never below zero: a replica that comes back begins anew', () => {
    const rates = new OutputRates();
    rates.look(totals(100), 0);

    expect(rates.look(totals(0), 1_000)?.('r0')).toBe(0);
  });
});
