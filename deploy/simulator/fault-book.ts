import {
  type FaultRule,
  isRequestFault,
  type ReplicaFault,
  type RequestFault,
} from './fault-rules.ts';

/** Most rules that stand at one time. */
const RULES_MAX = 64;

/** A rule that stands, and how often it has struck. */
export interface StandingRule {
  readonly id: number;
  readonly rule: FaultRule;
  hits: number;
}

/** What a rule looks at in a request. */
export interface FaultTarget {
  readonly path: string;
  /** True when the route generates. */
  readonly isGeneration: boolean;
  /** The body as text; asked for only when a rule wants it. */
  body(): string;
}

/** The rules that stand. Empty, it costs a request one comparison. */
export class FaultBook {
  #standing: StandingRule[] = [];
  #lastId = 0;

  /** Adds a rule and returns it under a number of its own; `undefined` when there are too many. */
  add(rule: FaultRule): StandingRule | undefined {
    if (this.#standing.length >= RULES_MAX) return undefined;
    this.#lastId += 1;
    const standing = { id: this.#lastId, rule, hits: 0 };
    this.#standing.push(standing);
    return standing;
  }

  list(): readonly StandingRule[] {
    return this.#standing;
  }

  clear(): void {
    this.#standing = [];
  }

  /** The faults that strike a request; counts them. */
  strike(target: FaultTarget): readonly RequestFault[] {
    if (this.#standing.length === 0) return [];
    const faults: RequestFault[] = [];
    for (const standing of this.#standing) {
      const { fault } = standing.rule;
      if (!isRequestFault(fault) || !strikes(standing, target)) continue;
      standing.hits += 1;
      faults.push(fault);
    }
    return faults;
  }

  /** The fault of that kind that the replica has, if any. */
  replicaFault<Kind extends ReplicaFault['kind']>(
    kind: Kind,
  ): Extract<ReplicaFault, { kind: Kind }> | undefined {
    for (const { rule } of this.#standing) {
      if (isOfKind(rule.fault, kind)) return rule.fault;
    }
    return undefined;
  }
}

function isOfKind<Kind extends ReplicaFault['kind']>(
  fault: RequestFault | ReplicaFault,
  kind: Kind,
): fault is Extract<ReplicaFault, { kind: Kind }> {
  return fault.kind === kind;
}

function strikes({ rule, hits }: StandingRule, target: FaultTarget): boolean {
  if (hits >= rule.times) return false;
  const { path, bodyIncludes } = rule.match;
  if (path === undefined ? !target.isGeneration : path !== target.path) return false;
  return bodyIncludes === undefined || target.body().includes(bodyIncludes);
}
