import type { HouseStanding, ReplicaStanding } from './live-events.ts';

/** Replicas on one NUMA node of one host. */
export interface FleetNode {
  readonly name: string;
  readonly replicas: readonly ReplicaStanding[];
}

/** A KV cache in shares of its capacity, 0 to 1. */
export interface KvShares {
  readonly held: number;
  /** What our requests will hold at most; at least `held`. */
  readonly promised: number;
  /** What others hold, as far as is known. */
  readonly others: number;
}

/** The fleet by host and NUMA node, in the order in which the replicas stand. */
export function nodesOf(replicas: readonly ReplicaStanding[]): readonly FleetNode[] {
  const oneHost = new Set(replicas.map(({ host }) => host)).size === 1;
  const groups = Map.groupBy(replicas, ({ host, numaNode }) => {
    const node = numaNode === null ? 'no NUMA node told' : `NUMA node ${numaNode}`;
    return oneHost ? node : `${host}, ${node}`;
  });
  return Array.from(groups, ([name, members]) => ({ name, replicas: members }));
}

/** Shares of a replica's KV cache; `undefined` where its capacity is not known. */
export function kvShares({
  kvCapacityTokens,
  inFlight,
  others,
}: ReplicaStanding): KvShares | undefined {
  if (kvCapacityTokens === null || kvCapacityTokens === 0) return undefined;
  const share = (tokens: number): number => Math.min(Math.max(tokens / kvCapacityTokens, 0), 1);
  const held = share(inFlight.kvTokens);
  return {
    held,
    promised: Math.max(share(inFlight.kvTokensPeak), held),
    others: Math.min(share(others.kvTokens), 1 - held),
  };
}

/** Mean time between two tokens of one stream at a replica; `undefined` where nothing streams. */
export function tokenGapMs({
  streams,
  outputTokensPerSecond,
}: ReplicaStanding): number | undefined {
  if (streams === 0 || outputTokensPerSecond === null || outputTokensPerSecond <= 0)
    return undefined;
  return (streams * 1_000) / outputTokensPerSecond;
}

/** A stream at a slow replica waits so many times as long for a token as in the middle of the fleet. */
const SLOW_FACTOR = 1.5;

/** Fewer a second are those of a stream that has just begun, and say nothing of a pace. */
const PACE_TOKENS_MIN = 10;

/** How many times as slow as the middle of those with the same engine and model each slow replica is, by its id. */
export function slowReplicas(replicas: readonly ReplicaStanding[]): ReadonlyMap<string, number> {
  const slow = new Map<string, number>();
  const peersOf = Map.groupBy(replicas, ({ engine, model }) => `${engine} ${model}`);
  for (const peers of peersOf.values()) {
    const gaps = peers.flatMap((peer) => {
      const gapMs = tokenGapMs(peer);
      const isRated = (peer.outputTokensPerSecond ?? 0) >= PACE_TOKENS_MIN;
      return gapMs === undefined || !isRated ? [] : [{ id: peer.id, gapMs }];
    });
    const middleMs = lowerMedianOf(gaps.map(({ gapMs }) => gapMs));
    for (const { id, gapMs } of gaps) {
      if (gapMs > middleMs * SLOW_FACTOR) slow.set(id, gapMs / middleMs);
    }
  }
  return slow;
}

/** Of two the lower one: of two replicas the slow one must not be its own measure. */
function lowerMedianOf(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)] ?? 0;
}

/** Figures over the whole fleet. */
export interface FleetTotals {
  /** `null` while no rate is known. */
  readonly outputTokensPerSecond: number | null;
  readonly inFlight: number;
  readonly waiting: number;
  readonly oldestWaitMs: number;
  readonly kvTokens: number;
  readonly kvTokensPeak: number;
  /** 0 where no replica tells its own. */
  readonly kvCapacityTokens: number;
  readonly ready: number;
  readonly replicas: number;
}

/** Sums over the house. */
export function totalsOf({ replicas, waiting, waitingRequests }: HouseStanding): FleetTotals {
  const sum = (valueOf: (replica: ReplicaStanding) => number): number =>
    replicas.reduce((total, replica) => total + valueOf(replica), 0);
  const isRated = replicas.every((replica) => replica.outputTokensPerSecond !== null);
  return {
    outputTokensPerSecond: isRated ? sum((one) => one.outputTokensPerSecond ?? 0) : null,
    inFlight: sum(({ inFlight }) => inFlight.requests),
    waiting: waitingRequests,
    oldestWaitMs: Math.max(0, ...waiting.map(({ oldestMs }) => oldestMs)),
    kvTokens: sum(({ inFlight }) => inFlight.kvTokens),
    kvTokensPeak: sum(({ inFlight }) => inFlight.kvTokensPeak),
    kvCapacityTokens: sum(({ kvCapacityTokens }) => kvCapacityTokens ?? 0),
    ready: replicas.filter(({ state }) => state === 'ready').length,
    replicas: replicas.length,
  };
}
