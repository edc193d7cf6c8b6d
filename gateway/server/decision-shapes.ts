import type { Receipt } from '../../routing/router.ts';

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
  /** `reason` says why a replica is in the state that it is in, where that is known. */
  readonly dropped: readonly {
    readonly replica: string;
    readonly filter: string;
    readonly reason?: string;
  }[];
  readonly shadow: Receipt['shadow'] | null;
}
