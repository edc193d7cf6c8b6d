/** Where a request can be: in the queue, before its first token, between tokens, or at a replica that answers in one piece. */
export const requestPhases = ['waiting', 'prefill', 'streaming', 'computing'] as const;

/** One of `requestPhases`. */
export type RequestPhase = (typeof requestPhases)[number];

/** A replica as it stands: what it says of itself, what we have there, and how fast it puts tokens out. */
export interface ReplicaStanding {
  readonly id: string;
  readonly engine: string;
  /** The first that it serves; empty where it has told none yet. */
  readonly model: string;
  /** Host of its base URL. */
  readonly host: string;
  readonly numaNode: number | null;
  readonly state:
    | 'starting'
    | 'ready'
    | 'draining'
    | 'ejected'
    | 'suspended'
    | 'half-open'
    | 'probing';
  /** Why it is in that state; `null` where nobody has said it. */
  readonly stateReason: string | null;
  /** It says nothing, also to a question of the gateway. */
  readonly isQuiet: boolean;
  /** `null` where it is not known. */
  readonly kvCapacityTokens: number | null;
  /** Its own last word; `null` while it has said none. */
  readonly load: {
    readonly runningRequests: number;
    readonly waitingRequests: number;
    /** 0 to 1. */
    readonly kvCacheUsage: number;
    readonly ageMs: number;
  } | null;
  readonly inFlight: {
    readonly requests: number;
    /** Prompt tokens sent and not yet computed. */
    readonly prefillTokens: number;
    /** KV tokens that our requests hold now. */
    readonly kvTokens: number;
    /** The most that they will hold together, if each runs to its expected end. */
    readonly kvTokensPeak: number;
  };
  /** What others than this gateway have there, as far as is known. */
  readonly others: { readonly requests: number; readonly kvTokens: number };
  /** Our streams there that have had their first token. */
  readonly streams: number;
  /** Over the last second or so; `null` while nobody has looked for that long. */
  readonly outputTokensPerSecond: number | null;
}

/** Those who wait, of one tenant and one priority. */
export interface WaitingGroup {
  readonly tenant: string;
  readonly priority: number;
  readonly requests: number;
  readonly promptTokens: number;
  /** How long the one who came first has been here. */
  readonly oldestMs: number;
}

/** Everything about the house but its single requests. */
export interface HouseStanding {
  readonly version: string;
  /** Wall milliseconds since 1970. */
  readonly atMs: number;
  readonly policy: string;
  readonly draining: boolean;
  readonly openRequests: number;
  readonly waitingRequests: number;
  /** Higher priorities first, and those who have waited longest; the last ones are summed up where there are many. */
  readonly waiting: readonly WaitingGroup[];
  readonly replicas: readonly ReplicaStanding[];
}

/** What a request is, told once. */
export type RequestFacts = readonly [
  number: number,
  requestId: string,
  tenant: string,
  model: string,
  priority: number,
  receivedAtMs: number,
  promptTokens: number,
  expectedOutputTokens: number,
];

/** Numbers that each request takes in `RequestChanges.moved`. */
export const MOVED_STRIDE = 6;

/** What has changed among the requests since the event before. */
export interface RequestChanges {
  readonly came: readonly RequestFacts[];
  /**
   * `MOVED_STRIDE` numbers for each request that has changed: its number, its phase as an index of
   * `requestPhases`, its replica as an index of the event's `replicas` or -1, its output tokens so far, the
   * longest gap between outputs since the last event, and the milliseconds since its last output, or since it
   * came to where it is.
   */
  readonly moved: readonly number[];
  /** Numbers of those that have ended. */
  readonly gone: readonly number[];
  /** Open requests beyond the most that are told of. */
  readonly untold: number;
}

/** What `/admin/live` sends, four times a second. */
export interface LiveEvent extends HouseStanding {
  /** True where `requests` tells of everyone, and what was told before is forgotten. */
  readonly whole: boolean;
  readonly requests: RequestChanges;
}
