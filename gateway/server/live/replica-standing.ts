import type { Candidate, Replica } from '../../../routing/replica.ts';
import type { ReplicaStanding } from './page/model/live-events.ts';

/** What a candidate does not know of itself. */
export interface StreamFigures {
  readonly streams: number;
  readonly outputTokensPerSecond: number | undefined;
}

/** A replica of the fleet as the admin port shows it. */
export function replicaStanding(candidate: Candidate, figures: StreamFigures): ReplicaStanding {
  const { replica, state, stateReason, isQuiet, inFlight, others } = candidate;
  return {
    id: replica.id,
    engine: replica.engine,
    model: replica.models[0] ?? '',
    host: hostOf(replica),
    numaNode: replica.numaNode ?? null,
    state,
    stateReason: stateReason ?? null,
    isQuiet,
    kvCapacityTokens: replica.kvCapacityTokens ?? null,
    load: loadOf(candidate),
    inFlight: {
      requests: inFlight.requests,
      prefillTokens: inFlight.prefillTokens,
      kvTokens: inFlight.kvTokens,
      kvTokensPeak: inFlight.kvTokensPeak,
    },
    others: { requests: Math.round(others.requests), kvTokens: Math.round(others.kvTokens) },
    streams: figures.streams,
    outputTokensPerSecond: figures.outputTokensPerSecond ?? null,
  };
}

function loadOf({ load, loadAgeMs }: Candidate): ReplicaStanding['load'] {
  if (load === undefined) return null;
  const { runningRequests, waitingRequests, kvCacheUsage } = load;
  return { runningRequests, waitingRequests, kvCacheUsage, ageMs: Math.round(loadAgeMs) };
}

function hostOf({ address }: Replica): string {
  return URL.parse(address)?.hostname ?? address;
}
