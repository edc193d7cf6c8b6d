import type {
  CandidatePage,
  DecisionPage,
  OutcomePage,
} from '../../gateway/server/decision-shapes.ts';

/** A candidate with two costs, given in seconds. */
export function aCandidatePage(facts: Partial<CandidatePage> = {}): CandidatePage {
  return {
    replica: 'node0',
    seconds: { 'prefill-wait': 0.5, 'kv-pressure': 0.25 },
    totalSeconds: 0.75,
    loadAgeMs: 80.4,
    cachedTokens: null,
    ...facts,
  };
}

/** A pick of `node0`, of which nothing has come yet. */
export function aDecisionPage(facts: Partial<DecisionPage> = {}): DecisionPage {
  return {
    requestId: 'request-0',
    decision: 1,
    at: '2026-11-28T08:35:20.672Z',
    tenant: 'acme',
    model: 'llama',
    policy: 'kv-aware',
    replica: 'node0',
    refusal: null,
    waitMs: 0,
    reason: '',
    outcome: null,
    promptTokens: 4096,
    expectedOutputTokens: 1024,
    wait: { ms: 0, lacked: null, waitingRequests: 0, servedRequests: 0, lastServed: [] },
    candidates: [
      aCandidatePage({ replica: 'node1', totalSeconds: 2 }),
      aCandidatePage({ replica: 'node0' }),
    ],
    dropped: [],
    shadow: null,
    ...facts,
  };
}

/** A streamed answer, whole. */
export function anOutcomePage(facts: Partial<OutcomePage> = {}): OutcomePage {
  return {
    status: 200,
    error: null,
    durationMs: 14_200,
    timeToFirstTokenMs: 1730,
    prefillMs: 523,
    promptTokens: 4100,
    cachedTokens: null,
    outputTokens: 998,
    ...facts,
  };
}
