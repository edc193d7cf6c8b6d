import type { HouseStanding, RequestPhase } from './live-events.ts';

/** An open request in a few figures, as `/admin/state` lists it; `null` for what has not come yet. */
export interface RequestSummary {
  readonly requestId: string;
  readonly tenant: string;
  readonly model: string;
  readonly priority: number;
  readonly phase: RequestPhase;
  readonly replica: string | null;
  readonly ageMs: number;
  /** Since its last output, or since it came to where it is. */
  readonly silentMs: number;
  readonly queueWaitMs: number | null;
  readonly promptTokens: number;
  readonly expectedOutputTokens: number;
  readonly outputTokens: number;
  readonly timeToFirstTokenMs: number | null;
  readonly timePerOutputTokenMs: number | null;
  /** The longest gap between two outputs. */
  readonly interTokenLatencyMaxMs: number | null;
}

/** What `/admin/requests/{request id}` tells: the same, and the gaps of its last outputs. */
export interface RequestPage extends RequestSummary {
  /** Outputs so far, whatever number of tokens each held. */
  readonly outputs: number;
  /** Between the last outputs, the latest last. */
  readonly gapsMs: readonly number[];
}

/** What `/admin/state` tells, as far as people look at it. */
export interface HouseState extends HouseStanding {
  /** Those in which nothing has happened for longest. */
  readonly requests: readonly RequestSummary[];
}
