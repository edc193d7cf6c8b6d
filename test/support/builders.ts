import type {
  Candidate,
  InFlight,
  LoadSnapshot,
  OtherTraffic,
  Replica,
} from '../../routing/replica.ts';
import type { RoutingRequest } from '../../routing/request.ts';
import { defaultSpeed } from '../../routing/speed.ts';

/** A replica of one model with room to spare. */
export function aReplica(facts: Partial<Replica> = {}): Replica {
  const id = facts.id ?? 'replica-0';
  return {
    id,
    address: `http://${id}.test`,
    engine: 'vllm',
    engineVersion: '0.5.5',
    models: ['llama'],
    contextTokensMax: 8192,
    kvBlockTokens: 1,
    kvCapacityTokens: 600_000,
    numaNode: undefined,
    labels: {},
    ...facts,
  };
}

/** `count` replicas that differ by their ids alone: `replica-0`, `replica-1` and so on. */
export function replicas(count: number, facts: Partial<Replica> = {}): Replica[] {
  return Array.from({ length: count }, (_, index) =>
    aReplica({ ...facts, id: `replica-${index}` }),
  );
}

/** A request of the published lengths' kind, from nobody in particular. */
export function aRequest(facts: Partial<RoutingRequest> = {}): RoutingRequest {
  return {
    requestId: 'request-0',
    tenant: 'anyone',
    model: 'llama',
    promptTokens: 2000,
    expectedOutputTokens: 1000,
    blockHashes: [],
    blockTokens: 0,
    priority: 0,
    deadlineMs: Infinity,
    excluded: new Set(),
    ...facts,
  };
}

/** An idle engine's word of itself, taken at 0. */
export function aLoad(facts: Partial<LoadSnapshot> = {}): LoadSnapshot {
  return { takenAtMs: 0, runningRequests: 0, waitingRequests: 0, kvCacheUsage: 0, ...facts };
}

/** Nothing in flight; a peak that is the sum of what is there and what comes. */
export function anInFlight(facts: Partial<InFlight> = {}): InFlight {
  const kvTokensPeak = facts.kvTokensPeak ?? 0;
  return {
    requests: 0,
    requestsSinceSnapshot: 0,
    prefillTokens: 0,
    kvTokens: 0,
    kvTokensPeak,
    kvTokensPeakWith: (promptTokens, expectedOutputTokens) =>
      kvTokensPeak + promptTokens + expectedOutputTokens,
    kvFits: (promptTokens, expectedOutputTokens, kvTokens) =>
      kvTokensPeak + promptTokens + expectedOutputTokens <= kvTokens,
    ...facts,
  };
}

/** Nobody else at the replica. */
export function otherTraffic(facts: Partial<OtherTraffic> = {}): OtherTraffic {
  return { requests: 0, waitingRequests: 0, waitingTokens: 0, kvTokens: 0, ...facts };
}

/** A ready, idle candidate that has told no load. */
export function aCandidate(facts: Partial<Candidate> = {}): Candidate {
  return {
    replica: aReplica(),
    state: 'ready',
    stateReason: undefined,
    load: undefined,
    loadAgeMs: Infinity,
    inFlight: anInFlight(),
    others: otherTraffic(),
    speed: defaultSpeed,
    isQuiet: false,
    requestsMax: Infinity,
    ...facts,
  };
}
