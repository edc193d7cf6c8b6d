import { describe, expect, it } from 'vitest';
import { OpenRequests } from '../../../../gateway/pipeline/open-requests.ts';
import { OTHER_TENANTS, waitingGroups } from '../../../../gateway/server/live/waiting-groups.ts';
import { anExchange, aRecorder } from '../../../support/exchange.ts';
import { aDestination } from '../../../support/records.ts';

function aQueue(all: readonly { tenant: string; priority?: number; receivedMs?: number }[]) {
  const open = new OpenRequests();
  for (const facts of all) {
    const recorder = aRecorder();
    recorder.promptTokensEstimate = 100;
    open.enter(anExchange({ ...facts, recorder }));
  }
  return open;
}

describe('the waiting room', () => {
  it('is told by tenant and priority, higher ones first and then who has waited longest', () => {
    const open = aQueue([
      { tenant: 'a', receivedMs: 900 },
      { tenant: 'b', receivedMs: 400 },
      { tenant: 'a', receivedMs: 700 },
      { tenant: 'c', receivedMs: 990, priority: 5 },
    ]);

    expect(waitingGroups(open.values(), 1_000)).toEqual([
      { tenant: 'c', priority: 5, requests: 1, promptTokens: 100, oldestMs: 10 },
      { tenant: 'b', priority: 0, requests: 1, promptTokens: 100, oldestMs: 600 },
      { tenant: 'a', priority: 0, requests: 2, promptTokens: 200, oldestMs: 300 },
    ]);
  });

  it('holds nobody who is at a replica', () => {
    const open = new OpenRequests();
    const exchange = anExchange();
    exchange.recorder.attempt(aDestination());
    open.enter(exchange);

    expect(waitingGroups(open.values(), 1_000)).toEqual([]);
  });

  it.each([
    [50, 0],
    [51, 2],
    [80, 31],
  ])(
    'of %i tenants tells 50 rows, the last of them of %i where there are more',
    (tenants, others) => {
      const open = aQueue(Array.from({ length: tenants }, (_, index) => ({ tenant: `t${index}` })));

      const groups = waitingGroups(open.values(), 1_000);

      expect(groups).toHaveLength(50);
      expect(groups.reduce((sum, { requests }) => sum + requests, 0)).toBe(tenants);
      expect(groups.find(({ tenant }) => tenant === OTHER_TENANTS)?.requests ?? 0).toBe(others);
    },
  );
});
