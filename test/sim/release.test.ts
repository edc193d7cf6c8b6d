import { describe, expect, it } from 'vitest';

import { parts } from '../release/catalog.ts';
import { figureText, withFigures } from '../release/page.ts';
import type { Figure, Part } from '../release/part.ts';
import { holds, portion } from '../release/part.ts';
import type { PartResult } from '../release/results.ts';
import { isDone, passes, withResult } from '../release/results.ts';

const part: Part = {
  name: 'soak',
  what: 'half an hour',
  play: () => Promise.reject(new Error('nobody plays it')),
};

const good: Figure = { name: 'lost', value: 0, atMost: 0 };
const bad: Figure = { name: 'lost', value: 1, atMost: 0 };

function aResult(share: number, more: Partial<PartResult> = {}): PartResult {
  return {
    amount: 'a run',
    figures: [good],
    share,
    at: '2026-01-01 00:00',
    commit: 'abc',
    machine: '2 cores',
    tookSeconds: 1,
    ...more,
  };
}

describe('a figure', () => {
  it.each([
    [{ value: 1, atMost: 1 }, true],
    [{ value: 1.001, atMost: 1 }, false],
    [{ value: 99, atLeast: 99 }, true],
    [{ value: 98.999, atLeast: 99 }, false],
    [{ value: Number.NaN, atMost: 1 }, false],
    [{ value: 7 }, true],
  ])('%j keeps to its bounds: %s', (figure, isKept) => {
    expect(holds({ name: 'a', ...figure })).toBe(isKept);
  });

  it('is written with its unit and its bound, and with a mark where it is missed', () => {
    expect(figureText({ ...bad, unit: 'ms' })).toBe('lost 1 ms (≤ 0) ✗');
    expect(figureText({ name: 'goodput', value: 95.04, unit: '%', atLeast: 95 })).toBe(
      'goodput 95 % (≥ 95)',
    );
  });
});

describe('a share of a part', () => {
  it('is so much of the whole, and never too little to say anything', () => {
    expect(portion(1_000, 1, 50)).toBe(1_000);
    expect(portion(1_000, 0.1, 50)).toBe(100);
    expect(portion(1_000, 0.01, 50)).toBe(50);
  });
});

describe('what was found', () => {
  it('passes with every figure in its bounds, and never where the run broke off', () => {
    expect(passes(aResult(1))).toBe(true);
    expect(passes(aResult(1, { figures: [good, bad] }))).toBe(false);
    expect(passes(aResult(1, { figures: [], failure: 'no port' }))).toBe(false);
  });

  it('need not be played again at this share or a smaller one, once it has passed', () => {
    const soak = aResult(0.5);
    expect(isDone({ soak }, part, 0.5)).toBe(true);
    expect(isDone({ soak }, part, 0.51)).toBe(false);
    expect(isDone({ soak: aResult(1, { figures: [bad] }) }, part, 0.5)).toBe(false);
    expect(isDone({}, part, 0.5)).toBe(false);
  });

  it('at a smaller share never takes the place of a larger run, a missed one included', () => {
    const small = aResult(0.5);
    const whole = aResult(1);
    const missed = aResult(1, { figures: [bad] });
    expect(withResult({ soak: whole }, part, small)).toEqual({ soak: whole });
    expect(withResult({ soak: missed }, part, small)).toEqual({ soak: missed });
    expect(withResult({ soak: whole }, part, missed)).toEqual({ soak: missed });
    expect(withResult({ soak: small }, part, whole)).toEqual({ soak: whole });
    expect(withResult({}, part, small)).toEqual({ soak: small });
  });

  it('stands in the page between its marks, a part a line and a figure a line', () => {
    const page = 'before\n<!-- figures -->\nold\n<!-- /figures -->\nafter';
    const other = { ...part, name: 'core' };

    const made = withFigures(page, [part, other], {
      soak: aResult(0.5, { figures: [bad, good] }),
    });

    expect(made).toMatch(/^before\n<!-- figures -->/);
    expect(made).toMatch(/<!-- \/figures -->\nafter$/);
    expect(made).not.toContain('old');
    expect(made).toContain('| [soak](#soak) | **miss** | 50 % | 1 s | 2026-01-01 00:00 |');
    expect(made).toContain('| [core](#core) | not yet |');
    expect(made).toContain(
      '## soak\n\nAt its whole size: half an hour.\n\nRun: a run; 2026-01-01 00:00 UTC, abc, 2 cores.\n\n' +
        '- lost 1 (≤ 0) ✗\n- lost 0 (≤ 0)',
    );
    expect(made).toContain('## core\n\nAt its whole size: half an hour.\n\nNot yet.');
  });

  it('of a run that broke off is why it did', () => {
    const page = '<!-- figures -->\n<!-- /figures -->';
    const broken = aResult(1, { figures: [], failure: 'no port' });

    expect(withFigures(page, [part], { soak: broken })).toContain('2 cores.\n\nno port\n');
  });
});

describe('the parts', () => {
  it('are told apart by their names', () => {
    expect(new Set(parts.map(({ name }) => name)).size).toBe(parts.length);
  });
});
