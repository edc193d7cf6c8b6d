import type { Receipt } from '../../routing/router.ts';
import type { NotedDecision } from '../pipeline/noted-decision.ts';
import type {
  CandidatePage,
  DecisionPage,
  DecisionSummaryPage,
  OutcomePage,
} from './decision-shapes.ts';

/** Milliseconds since 1970 of a decision that was made at `atMs` on the gateway's clock. */
export type WallOf = (atMs: number) => number;

/** One decision for a list. */
export function summaryPage(decision: NotedDecision, wallOf: WallOf): DecisionSummaryPage {
  return {
    requestId: decision.requestId,
    decision: decision.ordinal,
    at: new Date(wallOf(decision.atMs)).toISOString(),
    tenant: decision.tenant,
    model: decision.model,
    policy: decision.policy ?? null,
    replica: decision.replica ?? null,
    refusal: decision.refusal ?? null,
    waitMs: decision.wait.ms,
    reason: decision.reason,
    outcome: outcomePage(decision),
  };
}

/** One decision with its whole receipt. */
export function decisionPage(decision: NotedDecision, wallOf: WallOf): DecisionPage {
  const { wait, receipt } = decision;
  return {
    ...summaryPage(decision, wallOf),
    promptTokens: decision.promptTokens,
    expectedOutputTokens: decision.expectedOutputTokens,
    wait: {
      ms: wait.ms,
      lacked: wait.lacked ?? null,
      waitingRequests: wait.waitingRequests,
      servedRequests: wait.served.requests,
      lastServed: wait.served.lastIds,
    },
    candidates: receipt === undefined ? [] : candidatePages(receipt),
    dropped: receipt?.dropped ?? [],
    shadow: receipt?.shadow ?? null,
  };
}

function candidatePages(receipt: Receipt): readonly CandidatePage[] {
  const { candidates, totalSeconds, loadAgesMs, cachedTokens } = receipt;
  const costs = [...receipt.seconds];
  return candidates.map((replica, index) => ({
    replica,
    seconds: Object.fromEntries(costs.map(([name, row]) => [name, row[index] ?? 0])),
    totalSeconds: totalSeconds[index] ?? 0,
    loadAgeMs: finite(loadAgesMs[index]),
    cachedTokens: cachedTokens?.[index] ?? null,
  }));
}

function outcomePage({ outcome }: NotedDecision): OutcomePage | null {
  if (outcome === undefined) return null;
  return {
    status: outcome.status ?? null,
    error: outcome.error ?? null,
    durationMs: outcome.durationMs,
    timeToFirstTokenMs: outcome.timeToFirstTokenMs ?? null,
    prefillMs: outcome.prefillMs ?? null,
    promptTokens: outcome.promptTokens ?? null,
    cachedTokens: outcome.cachedTokens ?? null,
    outputTokens: outcome.outputTokens ?? null,
  };
}

function finite(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}
