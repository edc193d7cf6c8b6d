import type { Candidate } from '../../routing/replica.ts';
import { decodeStepMs } from '../../routing/fleet.ts';
import type { ReplicaReading } from '../../telemetry/telemetry.ts';

/** A replica of the fleet as its gauges show it. */
export function readReplica({
  replica,
  state,
  load,
  loadAgeMs,
  inFlight,
  others,
  speed,
}: Candidate): ReplicaReading {
  const requests = inFlight.requests + others.requests;
  const kvTokens = inFlight.kvTokens + others.kvTokens;
  return {
    replica: replica.id,
    engine: replica.engine,
    state,
    inFlightRequests: inFlight.requests,
    inFlightPrefillTokens: inFlight.prefillTokens,
    inFlightKvTokens: inFlight.kvTokens,
    kvCapacityTokens: replica.kvCapacityTokens,
    runningRequests: load?.runningRequests,
    waitingRequests: load?.waitingRequests,
    kvCacheUsage: load?.kvCacheUsage,
    loadAgeMs: load === undefined ? undefined : loadAgeMs,
    prefillTokensPerSecond: speed.prefillTokensPerSecond,
    decodeStepMs: decodeStepMs(speed, requests, kvTokens),
  };
}
