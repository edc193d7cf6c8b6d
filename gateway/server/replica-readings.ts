import type { Candidate, InFlight, LoadSnapshot, Replica } from '../../routing/replica.ts';
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
  isQuiet,
}: Candidate): ReplicaReading {
  const requests = inFlight.requests + others.requests;
  const kvTokens = inFlight.kvTokens + others.kvTokens;
  return {
    replica: replica.id,
    engine: replica.engine,
    engineVersion: replica.engineVersion,
    numaNode: replica.numaNode,
    state,
    isQuiet,
    inFlightRequests: inFlight.requests,
    inFlightPrefillTokens: inFlight.prefillTokens,
    inFlightKvTokens: inFlight.kvTokens,
    promisedKvTokens: inFlight.kvTokensPeak,
    kvCapacityTokens: replica.kvCapacityTokens,
    driftRequests: driftRequests(load, inFlight),
    driftKvTokens: driftKvTokens(replica, load, inFlight),
    runningRequests: load?.runningRequests,
    waitingRequests: load?.waitingRequests,
    kvCacheUsage: load?.kvCacheUsage,
    loadAgeMs: load === undefined ? undefined : loadAgeMs,
    prefillTokensPerSecond: speed.prefillTokensPerSecond,
    decodeStepMs: decodeStepMs(speed, requests, kvTokens),
  };
}

/** Positive where the engine has more than we had sent when it told: ends that it saw later, and traffic past us. */
function driftRequests(load: LoadSnapshot | undefined, inFlight: InFlight): number | undefined {
  if (load === undefined) return undefined;
  const sentByThen = inFlight.requests - inFlight.requestsSinceSnapshot;
  return load.runningRequests + load.waitingRequests - sentByThen;
}

function driftKvTokens(
  { kvCapacityTokens }: Replica,
  load: LoadSnapshot | undefined,
  inFlight: InFlight,
): number | undefined {
  if (load === undefined || kvCapacityTokens === undefined) return undefined;
  return Math.round(load.kvCacheUsage * kvCapacityTokens - inFlight.kvTokens);
}
