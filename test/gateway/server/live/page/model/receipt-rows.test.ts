import { describe, expect, it } from 'vitest';
import {
  outcomeText,
  receiptTable,
  waitText,
} from '../../../../../../gateway/server/live/page/model/receipt-rows.ts';
import {
  aCandidatePage,
  aDecisionPage,
  anOutcomePage,
} from '../../../../../support/decision-pages.ts';

describe('the table of a receipt', () => {
  it('has a column for each cost, and the cheapest candidate first', () => {
    const { heads, rows, hidden } = receiptTable(aDecisionPage());

    expect(heads).toEqual(['replica', 'prefill-wait', 'kv-pressure', 'total', 'cached']);
    expect(rows).toEqual([
      { replica: 'node0', isPick: true, cells: ['500 ms', '250 ms', '750 ms', '–'] },
      { replica: 'node1', isPick: false, cells: ['500 ms', '250 ms', '2 s', '–'] },
    ]);
    expect(hidden).toBe(0);
  });

  it.each([
    [12, 12, 0],
    [13, 12, 1],
  ])('of %i candidates shows %i, and says of %i that they are hidden', (count, shown, hidden) => {
    const candidates = Array.from({ length: count }, (_, index) =>
      aCandidatePage({ replica: `node${index}`, totalSeconds: index }),
    );
    const table = receiptTable(aDecisionPage({ candidates }));

    expect([table.rows.length, table.hidden]).toEqual([shown, hidden]);
  });

  it('shows the pick however dear it was', () => {
    const candidates = Array.from({ length: 40 }, (_, index) =>
      aCandidatePage({ replica: `node${40 - index}`, totalSeconds: index }),
    );
    const { rows, hidden } = receiptTable(aDecisionPage({ candidates, replica: 'node1' }));

    expect(rows.at(-1)).toMatchObject({ replica: 'node1', isPick: true });
    expect(hidden).toBe(27);
  });
});

describe('what came of a decision', () => {
  it('is nothing yet while it goes on', () => {
    expect(outcomeText(aDecisionPage())).toBe('');
  });

  it('is told in a line', () => {
    expect(outcomeText(aDecisionPage({ outcome: anOutcomePage() }))).toBe(
      'Ended as 200, after 14.2 s, first token after 1.73 s, 998 output tokens',
    );
    const failed = {
      status: null,
      error: 'engine_failed',
      timeToFirstTokenMs: null,
      outputTokens: null,
    };
    expect(outcomeText(aDecisionPage({ outcome: anOutcomePage(failed) }))).toBe(
      'Failed (engine_failed), after 14.2 s',
    );
  });

  it('begins with the wait for a turn', () => {
    expect(waitText(aDecisionPage())).toBe('It did not wait.');
    const wait = {
      ms: 1_500,
      lacked: 'room',
      waitingRequests: 2,
      servedRequests: 3,
      lastServed: [],
    } as const;
    expect(waitText(aDecisionPage({ wait }))).toBe(
      'It waited 1.5 s for room on a replica; 3 were served meanwhile.',
    );
  });
});
