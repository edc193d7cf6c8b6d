import { describe, expect, it } from 'vitest';
import { decisionPage, summaryPage } from '../../../gateway/server/decision-page.ts';
import { aDecision, aReceipt, noWait } from '../../support/decisions.ts';

const wallOf = (atMs: number): number => 1_700_000_000_000 + atMs;

describe('the page of a decision', () => {
  it('tells every candidate with its costs, and null for what is not known', () => {
    const page = decisionPage(aDecision(), wallOf);

    expect(page.candidates).toEqual([
      {
        replica: 'one',
        seconds: { 'prefill-wait': 1.25, 'kv-pressure': 0.25 },
        totalSeconds: 1.5,
        loadAgeMs: null,
        cachedTokens: null,
      },
      {
        replica: 'two',
        seconds: { 'prefill-wait': 0.5, 'kv-pressure': 0.125 },
        totalSeconds: 0.625,
        loadAgeMs: 80.4,
        cachedTokens: null,
      },
    ]);
    expect(page.dropped).toEqual([
      { replica: 'full', filter: 'head-room' },
      { replica: 'away', filter: 'ready' },
    ]);
    expect(page).toMatchObject({ promptTokens: 2000, expectedOutputTokens: 1000, shadow: null });
  });

  it('tells what each is taken to have cached', () => {
    const rows = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 0, 512);
    const page = decisionPage(aDecision({ receipt: aReceipt({ rows }) }), wallOf);

    expect(page.candidates.map(({ cachedTokens }) => cachedTokens)).toEqual([0, 512]);
  });

  it('tells how it waited and what came of it', () => {
    const served = { requests: 5, lastIds: ['a', 'b'] };
    const decision = aDecision({
      wait: { ...noWait, ms: 70, lacked: 'turn', waitingRequests: 4, served },
    });
    decision.outcome = {
      status: 200,
      error: undefined,
      durationMs: 900,
      timeToFirstTokenMs: 120,
      prefillMs: 50,
      promptTokens: 10,
      cachedTokens: undefined,
      outputTokens: 3,
    };
    const page = decisionPage(decision, wallOf);

    expect(page.wait).toEqual({
      ms: 70,
      lacked: 'turn',
      waitingRequests: 4,
      servedRequests: 5,
      lastServed: ['a', 'b'],
    });
    expect(page.outcome).toEqual({
      status: 200,
      error: null,
      durationMs: 900,
      timeToFirstTokenMs: 120,
      prefillMs: 50,
      promptTokens: 10,
      cachedTokens: null,
      outputTokens: 3,
    });
  });

  it('has no candidates where no replica was looked for', () => {
    const decision = aDecision({ receipt: undefined, refusal: 'saturated' });
    const page = decisionPage(decision, wallOf);

    expect(page).toMatchObject({
      policy: null,
      replica: null,
      refusal: 'saturated',
      candidates: [],
      dropped: [],
    });
  });

  it('survives JSON as it is', () => {
    const page = decisionPage(aDecision(), wallOf);

    expect(JSON.parse(JSON.stringify(page))).toEqual(page);
  });

  it('is the summary and more', () => {
    const decision = aDecision();

    expect(decisionPage(decision, wallOf)).toMatchObject(summaryPage(decision, wallOf));
    expect(summaryPage(decision, wallOf).at).toBe('2023-11-14T22:13:21.000Z');
  });
});
