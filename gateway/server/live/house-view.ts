import type { Fleet } from '../../../routing/fleet.ts';
import type { ReplicaId } from '../../../routing/replica.ts';
import type { Clock } from '../../clock.ts';
import type { OpenRequests } from '../../pipeline/open-requests.ts';
import { OutputRates } from './output-rates.ts';
import type { HouseStanding } from './page/model/live-events.ts';
import { replicaStanding } from './replica-standing.ts';
import { phaseOf } from './request-phase.ts';
import { waitingGroups } from './waiting-groups.ts';

/** What the house is looked at through. */
export interface HouseViewParts {
  readonly fleet: Fleet;
  readonly open: OpenRequests;
  readonly dispatcher: { readonly waitingRequests: number };
  readonly doorkeeper: { readonly isLeaving: boolean; readonly inside: number };
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly version: string;
  /** The policy that acts; a reload may put another one in its place. */
  readonly policyOf: () => string;
}

/** The house at a glance: fleet, queue and rates, read from what is kept anyway at the moment somebody asks. */
export class HouseView {
  readonly #parts: HouseViewParts;
  readonly #rates: OutputRates = new OutputRates();

  constructor(parts: HouseViewParts) {
    this.#parts = parts;
  }

  /** How everything stands at this moment. */
  standing(): HouseStanding {
    const { fleet, open, dispatcher, doorkeeper, clock, wallMs, version, policyOf } = this.#parts;
    const nowMs = clock.nowMs();
    const rateOf = this.#rates.look(open.tokensByReplica(), nowMs);
    const streams = streamsByReplica(open);
    return {
      version,
      atMs: Math.round(wallMs()),
      policy: policyOf(),
      draining: doorkeeper.isLeaving,
      openRequests: doorkeeper.inside,
      waitingRequests: dispatcher.waitingRequests,
      waiting: waitingGroups(open.values(), nowMs),
      replicas: fleet.candidates(nowMs).map((candidate) => {
        const { id } = candidate.replica;
        const figures = { streams: streams.get(id) ?? 0, outputTokensPerSecond: rateOf?.(id) };
        return replicaStanding(candidate, figures);
      }),
    };
  }
}

function streamsByReplica(open: OpenRequests): ReadonlyMap<ReplicaId, number> {
  const streams = new Map<ReplicaId, number>();
  for (const { exchange } of open.values()) {
    const { recorder } = exchange;
    const replica = recorder.lastAttempt?.replica;
    if (replica === undefined || phaseOf(recorder) !== 'streaming') continue;
    streams.set(replica, (streams.get(replica) ?? 0) + 1);
  }
  return streams;
}
