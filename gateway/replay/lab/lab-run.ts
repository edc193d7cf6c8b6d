import type { PolicyName } from '../../../routing/policies/catalog.ts';
import { measure } from '../measures.ts';
import type { Measures } from '../measures.ts';
import type { LoadSample } from '../replay-run.ts';
import type { RequestResult } from '../request-result.ts';
import { runVirtually } from '../virtual/virtual-run.ts';
import type { VirtualRunOptions } from '../virtual/virtual-run.ts';

/** What counts as a good answer: both, or its tokens are lost to the goodput. */
export interface ServiceLevel {
  readonly timeToFirstTokenMs: number;
  /** Mean gap between the tokens of an answer. */
  readonly tokenGapMs: number;
}

/** One workload, one fleet and one seed, under several policies. */
export interface LabOptions extends Omit<VirtualRunOptions, 'policy'> {
  readonly policies: readonly PolicyName[];
  readonly serviceLevel: ServiceLevel;
}

/** What one policy made of it. */
export interface LabEntry {
  readonly policy: PolicyName;
  readonly results: readonly RequestResult[];
  readonly samples: readonly LoadSample[];
  readonly measures: Measures;
  /** Output tokens a second of answers within the service level. */
  readonly goodput: number;
  /** Tokens that engines computed again, since they had thrown them away to make room. */
  readonly recomputedTokens: number;
  /** Largest over mean of the requests per replica, when most are there; 1 is even. */
  readonly spread: number;
}

/** Runs the workload under each policy in turn, on virtual time. `told` hears of each before it starts. */
export function runLab(
  { policies, serviceLevel, ...options }: LabOptions,
  told: (policy: PolicyName) => void,
): readonly LabEntry[] {
  return policies.map((policy) => {
    told(policy);
    const outcome = runVirtually({ ...options, policy });
    const { results, durationMs, samples, recomputedTokens } = outcome;
    return {
      policy,
      results,
      samples,
      measures: measure(results, durationMs),
      goodput: goodput(results, durationMs, serviceLevel),
      recomputedTokens,
      spread: spread(samples),
    };
  });
}

/** Output tokens a second of the answers that are within a service level. */
export function goodput(
  results: readonly RequestResult[],
  durationMs: number,
  serviceLevel: ServiceLevel,
): number {
  if (durationMs === 0) return 0;
  const tokens = results
    .filter((result) => isGood(result, serviceLevel))
    .reduce((sum, { outputTokens }) => sum + outputTokens, 0);
  return tokens / (durationMs / 1000);
}

function isGood(
  { succeeded, timeToFirstTokenMs, endToEndMs, outputTokens }: RequestResult,
  serviceLevel: ServiceLevel,
): boolean {
  if (!succeeded || timeToFirstTokenMs > serviceLevel.timeToFirstTokenMs) return false;
  const gaps = outputTokens - 1;
  return gaps < 1 || (endToEndMs - timeToFirstTokenMs) / gaps <= serviceLevel.tokenGapMs;
}

/** Largest over mean of the requests per replica, at the first sample of those with the most requests. */
export function spread(samples: readonly LoadSample[]): number {
  let most = 0;
  let fullest = 1;
  for (const moment of Map.groupBy(samples, ({ atMs }) => atMs).values()) {
    const counts = moment.map((each) => each.runningRequests + each.waitingRequests);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total <= most) continue;
    most = total;
    fullest = (Math.max(...counts) * counts.length) / total;
  }
  return fullest;
}
