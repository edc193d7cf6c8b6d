import { describe, expect, it } from 'vitest';
import { TOO_LONG_SECONDS } from '../../../routing/policies/catalog.ts';
import { candidateTable, COLUMNS_MAX, secondsText } from '../../../gateway/cli/candidate-table.ts';
import { aCandidatePage, aDecisionPage } from '../../support/decision-pages.ts';

function linesOf(facts: Parameters<typeof aDecisionPage>[0] = {}): string[] {
  return candidateTable(aDecisionPage(facts)).split('\n');
}

describe('the table of candidates', () => {
  it('has a row for each, the cheapest first, the pick marked, and costs as columns', () => {
    expect(linesOf()).toEqual([
      '         prefill        kv           load',
      '            wait  pressure   total    age',
      '> node0   500 ms    250 ms  750 ms  80 ms',
      '  node1   500 ms    250 ms     2 s  80 ms',
    ]);
  });

  it('shows what each has cached, where anything is known of it', () => {
    const candidates = [aCandidatePage({ cachedTokens: 2048 }), aCandidatePage({ replica: 'b' })];

    expect(linesOf({ candidates }).map((line) => line.trimEnd().split(/ {2,}/u).at(-1))).toEqual([
      'cached',
      'tokens',
      '2,048',
      '0',
    ]);
  });

  it('says of a load that it is not known', () => {
    expect(linesOf({ candidates: [aCandidatePage({ loadAgeMs: null })] })[2]).toMatch(/unknown$/u);
  });

  it('has no total where there is one cost or none', () => {
    const one = aCandidatePage({ seconds: { 'in-flight': 3 }, totalSeconds: 3 });
    const none = aCandidatePage({ seconds: {}, totalSeconds: 0 });

    expect(linesOf({ candidates: [one] }).join()).not.toContain('total');
    expect(linesOf({ candidates: [none] })[2]).toBe('> node0  80 ms');
  });

  it('shows the cheapest twenty of a large fleet, the pick in any case, and counts the rest', () => {
    const candidates = Array.from({ length: 50 }, (_, index) =>
      aCandidatePage({ replica: `r${index}`, totalSeconds: 50 - index }),
    );
    const lines = linesOf({ candidates, replica: 'r0' });

    expect(lines[2]).toMatch(/^ {2}r49 /u);
    expect(lines.at(-2)).toMatch(/^> r0 /u);
    expect(lines.at(-1)).toBe('  and 29 more, none cheaper');
    expect(linesOf({ candidates: candidates.slice(0, 20) })).toHaveLength(22);
  });

  it('fits a hundred columns, names cut in their middle', () => {
    const seconds = Object.fromEntries(
      ['prefill-wait', 'decode-slowdown', 'kv-pressure', 'context-overflow', 'prefix-affinity'].map(
        (name) => [name, 123.456],
      ),
    );
    const replica = `first-${'x'.repeat(110)}-last`;
    const lines = linesOf({ candidates: [aCandidatePage({ replica, seconds, cachedTokens: 1 })] });

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(COLUMNS_MAX);
    expect(lines[2]).toMatch(/first-x+…x+-last/u);
  });
});

describe('seconds for people', () => {
  it.each([
    [0, '0'],
    [0.000_004, '0'],
    [0.000_05, '0.05 ms'],
    [0.0175, '17.5 ms'],
    [7.1, '7.1 s'],
    [3600, '3,600 s'],
    [TOO_LONG_SECONDS - 1, '999,999,999 s'],
    [TOO_LONG_SECONDS + 0.5, 'too long'],
  ])('reads %d as %s', (seconds, text) => {
    expect(secondsText(seconds)).toBe(text);
  });
});
