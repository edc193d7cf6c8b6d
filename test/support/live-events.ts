import type {
  LiveEvent,
  ReplicaStanding,
  RequestChanges,
  RequestFacts,
} from '../../gateway/server/live/page/model/live-events.ts';
import type { BoardRequest } from '../../gateway/server/live/page/model/request-board.ts';
import { RequestBoard } from '../../gateway/server/live/page/model/request-board.ts';

/** A ready replica with nothing to do. */
export function aStanding(facts: Partial<ReplicaStanding> = {}): ReplicaStanding {
  return {
    id: 'r0',
    engine: 'vllm',
    model: 'llama',
    host: 'gpu7',
    numaNode: 0,
    state: 'ready',
    kvCapacityTokens: 1_000,
    load: { runningRequests: 0, waitingRequests: 0, kvCacheUsage: 0, ageMs: 20 },
    inFlight: { requests: 0, prefillTokens: 0, kvTokens: 0, kvTokensPeak: 0 },
    others: { requests: 0, kvTokens: 0 },
    streams: 0,
    stateReason: null,
    isQuiet: false,
    outputTokensPerSecond: 0,
    ...facts,
  };
}

/** A replica whose streams put a token out every `gapMs`. */
export function aPace(
  id: string,
  gapMs: number,
  facts: Partial<ReplicaStanding> = {},
): ReplicaStanding {
  return aStanding({ id, streams: 10, outputTokensPerSecond: 10_000 / gapMs, ...facts });
}

/** What the n-th request is. */
export function theFacts(number: number, requestId = `request-${number}`): RequestFacts {
  return [number, requestId, 'acme', 'llama', 0, 0, 100, 200];
}

/** An event at `atMs`, of two replicas `r0` and `r1`. */
export function anEvent(
  atMs: number,
  requests: Partial<RequestChanges> = {},
  facts: Partial<LiveEvent> = {},
): LiveEvent {
  return {
    version: '1.2.3',
    atMs,
    policy: 'kv-aware',
    draining: false,
    openRequests: 0,
    waitingRequests: 0,
    waiting: [],
    replicas: [aStanding({ id: 'r0' }), aStanding({ id: 'r1' })],
    whole: false,
    ...facts,
    requests: { came: [], moved: [], gone: [], untold: 0, ...requests },
  };
}

/** Requests on a board, each at the replica of that index; -1 waits. */
export function aBoard(replicas: readonly number[]): readonly BoardRequest[] {
  const board = new RequestBoard();
  const came = replicas.map((_, number) => theFacts(number));
  const moved = replicas.flatMap((replica, number) => [
    number,
    replica < 0 ? 0 : 2,
    replica,
    1,
    0,
    0,
  ]);
  board.apply(anEvent(0, { came, moved }));
  return [...board.values()];
}
