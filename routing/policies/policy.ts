import type { Candidate } from '../replica.ts';
import type { RoutingRequest } from '../request.ts';

/**
 * What readers find good: so long a wait for the first token, and so long a gap between two tokens, are equally
 * welcome. In milliseconds, above 0.
 */
export interface GoodService {
  readonly firstTokenMs: number;
  readonly tokenGapMs: number;
}

/** Drops the replicas that must not serve a request. */
export interface Filter {
  readonly name: string;
  keeps(request: RoutingRequest, candidate: Candidate): boolean;
}

/** One reason why a replica is dear. Writes `seconds[i]` for `candidates[i]`; 0 is free. */
export interface Cost {
  readonly name: string;
  estimate(request: RoutingRequest, candidates: readonly Candidate[], seconds: Float64Array): void;
}

/**
 * What a replica costs that a request is too long for. Thirty years: more than all other costs together, also where a
 * millisecond of gap is worth an hour, so that a longer context is preferred whenever there is one. Beside it a double
 * still tells microseconds apart.
 */
export const TOO_LONG_SECONDS = 1e9;

/**
 * Chooses one index, given the summed cost of each candidate. `everyone` is the whole fleet, those without room
 * included: they cannot be chosen, but they are busy.
 */
export interface Picker {
  readonly name: string;
  pick(
    request: RoutingRequest,
    candidates: readonly Candidate[],
    seconds: Float64Array,
    everyone: readonly Candidate[],
  ): number;
}

/** Filters, then costs that add up in one unit, then one picker. */
export interface Policy {
  readonly name: string;
  readonly filters: readonly Filter[];
  readonly costs: readonly Cost[];
  readonly picker: Picker;
}
