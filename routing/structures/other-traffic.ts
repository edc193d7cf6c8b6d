import type { LoadSnapshot, OtherTraffic } from '../replica.ts';
import type { OwnShare } from './ledger.ts';

/** About the length of a short chat answer (256 tokens at 20 ms): after it, half of what was seen has ended. */
const HALF_LIFE_MS = 5000;

/** What a snapshot shows beyond our own share of it; never below 0. */
export function readOtherTraffic(
  load: LoadSnapshot,
  own: OwnShare,
  kvCapacityTokens: number | undefined,
): OtherTraffic {
  const requests = atLeastZero(load.runningRequests + load.waitingRequests - own.requests);
  const waitingRequests = Math.min(
    requests,
    atLeastZero(load.waitingRequests - own.prefillRequests),
  );
  const kvTokens = load.kvCacheUsage * (kvCapacityTokens ?? 0) - own.kvTokens;
  return {
    requests,
    waitingRequests,
    waitingTokens: readWaitingTokens(load, own, waitingRequests),
    kvTokens: atLeastZero(kvTokens),
  };
}

/** Weight, 1 to 0, of what was seen `ageMs` ago: old news fades instead of counting as full. */
export function weightAtAge(ageMs: number): number {
  return Math.exp((-Math.LN2 * Math.max(ageMs, 0)) / HALF_LIFE_MS);
}

function readWaitingTokens(
  load: LoadSnapshot,
  own: OwnShare,
  waitingRequests: number,
): number | undefined {
  if (waitingRequests === 0) return 0;
  if (load.waitingTokens === undefined) return undefined;
  return atLeastZero(load.waitingTokens - own.prefillTokens);
}

function atLeastZero(value: number): number {
  return Math.max(value, 0);
}
