import { DecisionLog } from '../../gateway/pipeline/decision-log.ts';
import type { TurnWait } from '../../gateway/pipeline/dispatcher.ts';
import type { Exchange } from '../../gateway/pipeline/exchange.ts';
import type { DecisionFacts } from '../../gateway/pipeline/noted-decision.ts';
import { NotedDecision } from '../../gateway/pipeline/noted-decision.ts';
import { Trail } from '../../gateway/pipeline/trail.ts';
import type { ReceiptFigures } from '../../routing/receipt.ts';
import { Receipt } from '../../routing/receipt.ts';
import { aRequest } from './builders.ts';
import { ManualClock } from './clock.ts';

/** The receipt of a pick of `two` before `one`; `full` had no room and `away` was not ready. */
export function aReceipt(facts: Partial<ReceiptFigures> = {}): Receipt {
  return new Receipt({
    heads: {
      policy: 'kv-aware',
      costs: ['prefill-wait', 'kv-pressure'],
      filters: ['ready', 'head-room'],
    },
    replicas: ['one', 'full', 'two', 'away'],
    droppedBy: Uint8Array.of(0, 2, 0, 1),
    rows: Float64Array.of(1.25, 0.5, 0.25, 0.125, 1.5, 0.625, Infinity, 80.4),
    candidateCount: 2,
    pick: 1,
    shadow: undefined,
    ...facts,
  });
}

/** Nobody waited. */
export const noWait: TurnWait = {
  ms: 0,
  lacked: undefined,
  waitingRequests: 0,
  served: { requests: 0, lastIds: [] },
};

/** A decision at 1,000 ms on a request that did not wait. */
export function aDecision(facts: Partial<DecisionFacts> = {}): NotedDecision {
  return new NotedDecision({
    request: aRequest(),
    atMs: 1000,
    ordinal: 1,
    wait: noWait,
    receipt: aReceipt(),
    cachedTokens: 0,
    ...facts,
  });
}

/** A trail that is kept for nobody, on a clock that stands still. */
export function aTrail(exchange: Pick<Exchange, 'recorder' | 'receivedMs'>): Trail {
  return new Trail(exchange, { decisions: new DecisionLog(), clock: new ManualClock() });
}
