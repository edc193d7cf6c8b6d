import type { OpenRequest } from '../../pipeline/open-requests.ts';
import type { WaitingGroup } from './page/model/live-events.ts';
import { phaseOf } from './request-phase.ts';

/** Groups that are told apart; clients of any number of tenants may wait. */
const GROUPS_MAX = 50;

/** What the groups beyond the bound go by, together. */
export const OTHER_TENANTS = '(others)';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Who waits for a turn, by tenant and priority: higher priorities first, then who has waited longest; at most 50 groups. */
export function waitingGroups(all: Iterable<OpenRequest>, nowMs: number): readonly WaitingGroup[] {
  const groups = new Map<string, Mutable<WaitingGroup>>();
  for (const { exchange } of all) {
    if (phaseOf(exchange.recorder) !== 'waiting') continue;
    const { tenant, priority, receivedMs, recorder } = exchange;
    const key = `${priority} ${tenant}`;
    let group = groups.get(key);
    if (group === undefined) {
      group = { tenant, priority, requests: 0, promptTokens: 0, oldestMs: 0 };
      groups.set(key, group);
    }
    group.requests += 1;
    group.promptTokens += recorder.promptTokensEstimate ?? 0;
    group.oldestMs = Math.max(group.oldestMs, nowMs - receivedMs);
  }
  return bounded([...groups.values()].toSorted(comesFirst));
}

function bounded(groups: readonly WaitingGroup[]): readonly WaitingGroup[] {
  if (groups.length <= GROUPS_MAX) return groups;
  const others = groups.slice(GROUPS_MAX - 1).reduce((sum, group) => ({
    tenant: OTHER_TENANTS,
    priority: sum.priority,
    requests: sum.requests + group.requests,
    promptTokens: sum.promptTokens + group.promptTokens,
    oldestMs: Math.max(sum.oldestMs, group.oldestMs),
  }));
  return [...groups.slice(0, GROUPS_MAX - 1), others];
}

function comesFirst(one: WaitingGroup, other: WaitingGroup): number {
  return other.priority - one.priority || other.oldestMs - one.oldestMs;
}
