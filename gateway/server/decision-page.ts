import type { Receipt } from '../../routing/router.ts';
import type { NotedDecision } from '../pipeline/noted-decision.ts';

/** One candidate of a decision, as the admin port tells it. */
export interface CandidatePage {
  readonly replica: string;
  /** Cost name to seconds. */
  readonly seconds: Readonly<Record<string, number>>;
  readonly totalSeconds: number;
  /** `null` where its load is not known. */
  readonly loadAgeMs: number | null;
  /** `null` where nothing is known of its cache. */
  readonly cachedTokens: number | null;
}

/** A decision in a few figures, as it stands in a list. */
export interface DecisionSummaryPage {
  readonly requestId: string;
  /** 1 for the first decision on the request, 2 for its retry. */
  readonly decision: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly tenant: string;
  readonly model: string;
  readonly policy: string | null;
  /** The replica that was picked. */
  readonly replica: string | null;
  /** Code of the error that the request was refused with. */
  readonly refusal: string | null;
  readonly waitMs: number;
  readonly reason: string;
  readonly outcome: OutcomePage | null;
}

/** What came of a decision; `null` for what is not known. */
export interface OutcomePage {
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
  readonly timeToFirstTokenMs: number | null;
  readonly prefillMs: number | null;
  readonly promptTokens: number | null;
  readonly cachedTokens: number | null;
  readonly outputTokens: number | null;
}

/** A decision with its whole receipt. */
export interface DecisionPage extends DecisionSummaryPage {
  readonly promptTokens: number;
  readonly expectedOutputTokens: number;
  readonly wait: {
    readonly ms: number;
    readonly lacked: 'turn' | 'room' | null;
    readonly waitingRequests: number;
    readonly servedRequests: number;
    readonly lastServed: readonly string[];
  };
  readonly candidates: readonly CandidatePage[];
  readonly dropped: readonly { readonly replica: string; readonly filter: string }[];
  readonly shadow: Receipt['shadow'] | null;
}

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
