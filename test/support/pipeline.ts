import type { AttemptEnd } from '../../gateway/pipeline/attempt.ts';
import { Breakages } from '../../gateway/pipeline/breakages.ts';
import { DeadlyRequests } from '../../gateway/pipeline/deadly-requests.ts';
import { DecisionLog } from '../../gateway/pipeline/decision-log.ts';
import { Dispatcher, type Place, type Waiting } from '../../gateway/pipeline/dispatcher.ts';
import type { GatewayError } from '../../gateway/generation/error.ts';
import { ModelNames } from '../../gateway/pipeline/model-names.ts';
import { OpenRequests } from '../../gateway/pipeline/open-requests.ts';
import type { PipelineParts } from '../../gateway/pipeline/parts.ts';
import { OpenAttempts } from '../../gateway/pipeline/open-attempts.ts';
import { RetryBudget } from '../../gateway/pipeline/retry-budget.ts';
import { TokenEstimator } from '../../gateway/pipeline/token-estimator.ts';
import { MemoryQuotas, type NamedQuota } from '../../gateway/quota/memory-quotas.ts';
import { Admission, type AdmissionLimits } from '../../routing/admission.ts';
import { Fleet } from '../../routing/fleet.ts';
import { OutputLengths } from '../../routing/output-lengths.ts';
import { createPolicy } from '../../routing/policies/catalog.ts';
import type { Replica } from '../../routing/replica.ts';
import type { RoutingRequest } from '../../routing/request.ts';
import { Router } from '../../routing/router.ts';
import { aReplica, aRequest, replicas } from './builders.ts';
import { seededRandom } from './chance.ts';
import { ManualClock } from './clock.ts';
import { FakeEngine } from './fake-engine.ts';

/** A ready fleet behind the real queue, router and ledger, on a clock that stands still. */
export interface ADispatcher {
  readonly clock: ManualClock;
  readonly fleet: Fleet;
  readonly dispatcher: Dispatcher;
}

/** One replica and a queue that is never full, unless told otherwise. */
export function aDispatcher(
  members: readonly Replica[] = [aReplica()],
  limits: Partial<AdmissionLimits> = {},
): ADispatcher {
  const clock = new ManualClock();
  const fleet = new Fleet();
  for (const replica of members) {
    fleet.join(replica);
    fleet.setState(replica.id, 'ready');
  }
  const dispatcher = new Dispatcher({
    fleet,
    router: new Router(createPolicy('least-requests', { random: seededRandom(1) })),
    admission: new Admission({
      mode: 'late-binding',
      waitingRequestsMax: 1_000,
      waitingMsMax: 60_000,
      ...limits,
    }),
    clock,
  });
  return { clock, fleet, dispatcher };
}

/** What became of one who asked for a turn. */
export class Asked {
  place: Place | undefined;
  error: GatewayError | undefined;
  readonly waiting: Waiting | undefined;
  readonly request: RoutingRequest;

  constructor(dispatcher: Dispatcher, request: RoutingRequest) {
    this.request = request;
    this.waiting = dispatcher.enter(request, {
      granted: (place) => this.#answer(() => (this.place = place)),
      refused: (error) => this.#answer(() => (this.error = error)),
    });
  }

  get state(): 'waiting' | 'granted' | 'refused' {
    if (this.place !== undefined) return 'granted';
    return this.error === undefined ? 'waiting' : 'refused';
  }

  #answer(note: () => unknown): void {
    if (this.state !== 'waiting') throw new Error('a turn was answered twice');
    note();
  }
}

/** Room for two requests of 2000 + 1000 tokens, and not for a token more. */
export const forTwo: Replica = aReplica({ kvCapacityTokens: 6000 });

/** Asks with the members that matter. */
export function ask({ dispatcher }: ADispatcher, facts: Partial<RoutingRequest> = {}): Asked {
  return new Asked(dispatcher, aRequest(facts));
}

/** Asks `count` times. */
export function askTimes(house: ADispatcher, count: number): Asked[] {
  return Array.from({ length: count }, () => ask(house));
}

/** Ends a request that was granted a place. */
export function release(asked: Asked | undefined): void {
  asked?.place?.reservation.release();
}

/** How they stand. */
export function statesOf(all: readonly Asked[]): string[] {
  return all.map(({ state }) => state);
}

/** Everything a request is served with, and what the gateway tells of it. */
export interface APipeline extends ADispatcher {
  readonly parts: PipelineParts;
  /** Engines by the ids of their replicas. */
  readonly engines: ReadonlyMap<string, FakeEngine>;
  /** Replica and kind of end of each attempt that was reported. */
  readonly attempted: readonly (readonly [string, AttemptEnd])[];
  /** Replicas of which an attempt does not count. */
  readonly excused: readonly string[];
  readonly bugs: readonly unknown[];
}

/** Two replicas of one model, with an alias `gpt` for it; the tenant `anyone` is counted. */
export function aPipeline(
  facts: {
    readonly members?: readonly Replica[];
    readonly limits?: Partial<AdmissionLimits>;
    readonly asksForUsage?: boolean;
    readonly tenants?: readonly NamedQuota[];
  } = {},
): APipeline {
  const members = facts.members ?? replicas(2);
  const base = aDispatcher(members, facts.limits);
  const asksForUsage = facts.asksForUsage ?? false;
  const engines = new Map(members.map(({ id }) => [id, new FakeEngine({ asksForUsage })]));
  const attempted: (readonly [string, AttemptEnd])[] = [];
  const excused: string[] = [];
  const bugs: unknown[] = [];
  const parts: PipelineParts = {
    quotas: new MemoryQuotas(facts.tenants ?? [{ name: 'anyone', concurrentRequests: 1_000 }]),
    dispatcher: base.dispatcher,
    decisions: new DecisionLog(),
    open: new OpenRequests(),
    estimator: new TokenEstimator(),
    lengths: new OutputLengths(),
    names: new ModelNames(new Map([['gpt', 'llama']]), () => 'llama'),
    retries: new RetryBudget(0.15),
    resume: { mode: 'exact', tokensMax: 1_000 },
    breakages: new Breakages(),
    deadly: new DeadlyRequests(),
    clock: base.clock,
    engineOf: (id) => engines.get(id),
    openAttempts: new OpenAttempts(),
    attempted: (id, end) => void attempted.push([id, end]),
    excused: (id) => void excused.push(id),
    reportBug: (error) => void bugs.push(error),
  };
  return { ...base, parts, engines, attempted, excused, bugs };
}

/** Requests in flight over the whole fleet. */
export function inFlight({ fleet, clock }: ADispatcher): number {
  return fleet
    .candidates(clock.nowMs())
    .reduce((sum, candidate) => sum + candidate.inFlight.requests, 0);
}
