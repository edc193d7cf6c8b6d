import { contextOverflow } from './costs/context-overflow.ts';
import { decodeSlowdown } from './costs/decode-slowdown.ts';
import { dynamoKvCost } from './costs/dynamo-kv-cost.ts';
import { eppQueueKv } from './costs/epp-queue-kv.ts';
import { inFlight } from './costs/in-flight.ts';
import { kvPressure } from './costs/kv-pressure.ts';
import { prefillWait } from './costs/prefill-wait.ts';
import { smgLeastLoad } from './costs/smg-least-load.ts';
import { vllmWaitingRunning } from './costs/vllm-waiting-running.ts';
import { notExcluded } from './filters/not-excluded.ts';
import { ready } from './filters/ready.ts';
import { serves } from './filters/serves.ts';
import { speaks } from './filters/speaks.ts';
import { leastCost } from './pickers/least-cost.ts';
import { leastCostSpread } from './pickers/least-cost-spread.ts';
import { powerOfTwo } from './pickers/power-of-two.ts';
import { prefixKey, rendezvous, sessionKey } from './pickers/rendezvous.ts';
import { roundRobin } from './pickers/round-robin.ts';
import type { Candidate } from '../replica.ts';
import type { RoutingRequest } from '../request.ts';
import type { Cost, Filter, GoodService, Picker, Policy } from './policy.ts';

export type { GoodService } from './policy.ts';
export { TOO_LONG_SECONDS } from './policy.ts';

/** What a policy is handed in. */
export interface PolicyInputs {
  /** Chance, as numbers from 0 up to 1. */
  readonly random: () => number;
  /** `defaultGoodService` where it is left out. */
  readonly good?: GoodService | undefined;
}

/** Two seconds are waited for gladly, and ten tokens a second are faster than one reads. */
export const defaultGoodService: GoodService = { firstTokenMs: 2_000, tokenGapMs: 100 };

interface Parts {
  readonly costs: readonly (Cost | ((good: GoodService) => Cost))[];
  readonly picker: (inputs: PolicyInputs) => Picker;
}

/** Who can take a request at all, whatever the policy. In this order, so that the name of the last says most. */
export const eligibility: readonly Filter[] = [serves, speaks, ready, notExcluded];

/** Whether all of `eligibility` keep a replica. Each is named, so that the compiler can put them into one. */
export function isEligible(request: RoutingRequest, candidate: Candidate): boolean {
  return (
    serves.keeps(request, candidate) &&
    speaks.keeps(request, candidate) &&
    ready.keeps(request, candidate) &&
    notExcluded.keeps(request, candidate)
  );
}

/** Every policy's name: the default first, formulas of other routers last. */
export const policyNames = [
  'kv-aware',
  'least-requests',
  'power-of-two',
  'round-robin',
  'session',
  'prefix-hash',
  'smg-least-load',
  'vllm-waiting-running',
  'epp-queue-kv',
  'dynamo-kv-cost',
] as const;

/** Name of a routing policy. */
export type PolicyName = (typeof policyNames)[number];

const policies: Readonly<Record<PolicyName, Parts>> = {
  'kv-aware': {
    costs: [prefillWait, decodeSlowdown, kvPressure, contextOverflow],
    picker: ({ random }) => leastCostSpread(random),
  },
  'least-requests': { costs: [inFlight], picker: ({ random }) => leastCost(random) },
  'power-of-two': { costs: [inFlight], picker: ({ random }) => powerOfTwo(random) },
  'round-robin': { costs: [], picker: () => roundRobin() },
  session: {
    costs: [inFlight],
    picker: ({ random }) => rendezvous(sessionKey, leastCost(random)),
  },
  'prefix-hash': {
    costs: [inFlight],
    picker: ({ random }) => rendezvous(prefixKey, leastCost(random)),
  },
  'smg-least-load': { costs: [smgLeastLoad], picker: ({ random }) => leastCost(random) },
  'vllm-waiting-running': {
    costs: [vllmWaitingRunning],
    picker: ({ random }) => leastCost(random),
  },
  'epp-queue-kv': { costs: [eppQueueKv], picker: ({ random }) => leastCost(random) },
  'dynamo-kv-cost': { costs: [dynamoKvCost], picker: ({ random }) => leastCost(random) },
};

/** Builds a policy of its own memory, drawing chance from `inputs` alone. */
export function createPolicy(name: PolicyName, inputs: PolicyInputs): Policy {
  const { costs, picker } = policies[name];
  const { good = defaultGoodService } = inputs;
  const built = costs.map((cost) => (typeof cost === 'function' ? cost(good) : cost));
  return { name, filters: eligibility, costs: built, picker: picker(inputs) };
}
