import { describe, expect, it } from 'vitest';
import { decisionText } from '../../../../gateway/replay/report/decision-text.ts';
import { aDecision } from '../builders.ts';

describe('a decision in one line', () => {
  it('tells the wait, the pick with its costs, the next cheapest, and who was left out', () => {
    const decision = aDecision({
      waitMs: 1500,
      servedRequests: 1200,
      candidates: [
        { replica: 'replica-0', costMs: 300 },
        { replica: 'replica-2', costMs: 900 },
        { replica: 'replica-1', costMs: 400 },
      ],
      dropped: [{ replica: 'replica-3', filter: 'head-room' }],
    });

    expect(decisionText(decision)).toBe(
      'Waited 1.5 s while 1,200 were served; went to replica-0 at a cost of 300 ms ' +
        '(prefill wait 200 ms, kv pressure 100 ms); next replica-1 400 ms, replica-2 900 ms; ' +
        'left out replica-3 by head-room.',
    );
  });

  it('is short where there is little to tell', () => {
    const decision = aDecision({ waitMs: 0, costsMs: new Map(), candidates: [] });

    expect(decisionText(decision)).toBe('Did not wait; went to replica-0.');
  });

  it('leaves out costs of nothing', () => {
    const costsMs = new Map([['prefill-wait', 0]]);
    const candidates = [{ replica: 'replica-0', costMs: 0 }];

    expect(decisionText(aDecision({ waitMs: 0, costsMs, candidates }))).toBe(
      'Did not wait; went to replica-0 at a cost of 0.',
    );
  });

  it('tells a refusal by its code', () => {
    const refused = aDecision({
      replica: undefined,
      refusal: 'saturated',
      waitMs: 0,
      candidates: [],
    });

    expect(decisionText(refused)).toBe('Did not wait; refused as saturated.');
  });

  it('names three that were left out and counts the rest', () => {
    const leftOut = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ replica: `r${index}`, filter: 'ready' }));

    expect(decisionText(aDecision({ dropped: leftOut(3) }))).toMatch(/r2 by ready\.$/u);
    expect(decisionText(aDecision({ dropped: leftOut(4) }))).toMatch(/r2 by ready and 1 more\.$/u);
  });
});
