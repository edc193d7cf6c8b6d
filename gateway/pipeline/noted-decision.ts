import { TOO_LONG_SECONDS } from '../../routing/policies/catalog.ts';
import type { ReplicaId } from '../../routing/replica.ts';
import type { RoutingRequest } from '../../routing/request.ts';
import type { Receipt } from '../../routing/router.ts';
import type { RouteSummary, ShadowReading } from '../../telemetry/recorder.ts';
import type { TurnWait } from './dispatcher.ts';
import { routeReason } from './route-reason.ts';

/** What is known of a decision when it is made. */
export interface DecisionFacts {
  readonly request: RoutingRequest;
  readonly atMs: number;
  /** 1 for the first decision on a request; a retry makes another. */
  readonly ordinal: number;
  readonly wait: TurnWait;
  /** `undefined` where no replica was looked for. */
  readonly receipt: Receipt | undefined;
  /** Prompt tokens that the picked replica was taken to have cached. */
  readonly cachedTokens: number;
  /** Code of the error that the request was refused with. */
  readonly refusal?: string | undefined;
}

/** What came of a decision. */
export interface DecisionOutcome {
  /** What the client got; `undefined` for an attempt that another one followed. */
  readonly status: number | undefined;
  readonly error: string | undefined;
  /** Length of the attempt. */
  readonly durationMs: number;
  /** Request received to first output; `undefined` where the answer was not streamed or none came. */
  readonly timeToFirstTokenMs: number | undefined;
  /** Start of the attempt to first output: what `prefill-wait` had predicted. */
  readonly prefillMs: number | undefined;
  readonly promptTokens: number | undefined;
  readonly cachedTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

/**
 * One decision as it is kept: figures and names, no word of a prompt. It holds nothing of the
 * request itself, whose block hashes would be larger than all the rest.
 */
export class NotedDecision implements RouteSummary {
  readonly requestId: string;
  readonly tenant: string;
  readonly model: string;
  readonly promptTokens: number;
  readonly expectedOutputTokens: number;
  readonly atMs: number;
  readonly ordinal: number;
  readonly wait: TurnWait;
  readonly receipt: Receipt | undefined;
  readonly cachedTokens: number;
  readonly refusal: string | undefined;
  /** `undefined` while the request goes on. */
  outcome: DecisionOutcome | undefined;

  constructor({ request, ...facts }: DecisionFacts) {
    this.requestId = request.requestId;
    this.tenant = request.tenant;
    this.model = request.model;
    this.promptTokens = request.promptTokens;
    this.expectedOutputTokens = request.expectedOutputTokens;
    this.atMs = facts.atMs;
    this.ordinal = facts.ordinal;
    this.wait = facts.wait;
    this.receipt = facts.receipt;
    this.cachedTokens = facts.cachedTokens;
    this.refusal = facts.refusal;
  }

  get policy(): string | undefined {
    return this.receipt?.policy;
  }

  get replica(): ReplicaId | undefined {
    return this.receipt?.picked;
  }

  get candidates(): number {
    return this.receipt?.candidates.length ?? 0;
  }

  get reason(): string {
    return routeReason(this);
  }

  get costs(): RouteSummary['costs'] {
    const { receipt } = this;
    if (receipt?.picked === undefined) return [];
    return Array.from(receipt.seconds, ([name, row]) => ({
      name,
      seconds: row[receipt.pickedIndex] ?? 0,
    })).filter(({ seconds }) => seconds < TOO_LONG_SECONDS);
  }

  get shadow(): ShadowReading | undefined {
    const shadow = this.receipt?.shadow;
    if (shadow === undefined) return undefined;
    const { policy, agrees, byActing, byShadow } = shadow;
    return {
      actingPolicy: this.policy ?? '',
      shadowPolicy: policy,
      agrees,
      costs: [
        { judge: this.policy ?? '', picks: byActing },
        { judge: policy, picks: byShadow },
      ].flatMap(({ judge, picks }) => (picks === undefined ? [] : [{ judge, ...picks }])),
    };
  }

  /** Memory that it keeps alive, about. */
  get bytes(): number {
    return DECISION_BYTES + (this.receipt?.bytes ?? 0);
  }
}

/** The object, its texts and what came of it, as V8 lays them out. */
const DECISION_BYTES = 800;
