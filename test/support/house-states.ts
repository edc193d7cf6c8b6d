import type {
  HouseState,
  RequestSummary,
} from '../../gateway/server/live/page/model/request-page.ts';
import { anEvent, aPace } from './live-events.ts';

/** A stream that is going well. */
export function aSummary(facts: Partial<RequestSummary> = {}): RequestSummary {
  return {
    requestId: '2f1c9a70-6a0e-4b6e-9a55-7d3c1a52c0de',
    tenant: 'acme',
    model: 'llama',
    priority: 0,
    phase: 'streaming',
    replica: 'node0',
    ageMs: 4_000,
    silentMs: 28,
    queueWaitMs: 0,
    promptTokens: 400,
    expectedOutputTokens: 800,
    outputTokens: 1_204,
    timeToFirstTokenMs: 90,
    timePerOutputTokenMs: 28,
    interTokenLatencyMaxMs: 60,
    ...facts,
  };
}

/** Two replicas on two nodes, one of them slow; one who waits and one who streams. */
export function aHouseState(facts: Partial<HouseState> = {}): HouseState {
  const inFlight = { requests: 12, prefillTokens: 0, kvTokens: 500, kvTokensPeak: 750 };
  const {
    whole: _whole,
    requests: _requests,
    ...house
  } = anEvent(Date.UTC(2026, 10, 28, 14, 20, 31));
  return {
    ...house,
    waitingRequests: 1,
    waiting: [{ tenant: 'acme', priority: 2, requests: 1, promptTokens: 1_500, oldestMs: 6_150 }],
    replicas: [aPace('node0', 25, { inFlight }), aPace('node1', 50, { inFlight, numaNode: 1 })],
    requests: [
      aSummary({ phase: 'waiting', replica: null, silentMs: 6_150, outputTokens: 0 }),
      aSummary(),
    ],
    ...facts,
  };
}
