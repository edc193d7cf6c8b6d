import { runCore } from './core-run.ts';
import type { FaultKind, PromiseName } from './kinds.ts';
import { faultKinds, promiseNames } from './kinds.ts';
import { Tally } from './tally.ts';

/** What runs of many seeds showed, as plain values that one thread can hand to another. */
export interface SeedsPlayed {
  readonly seeds: number;
  readonly requests: number;
  readonly resumes: number;
  readonly violations: readonly string[];
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly checks: Readonly<Record<PromiseName, number>>;
  readonly verdicts: Readonly<Record<'whole' | 'error' | 'left', number>>;
}

/** Which seeds: `count` from `first` on. */
export interface SeedRange {
  readonly first: number;
  readonly count: number;
}

/** Plays one seed after the other. */
export async function playSeeds({ first, count }: SeedRange): Promise<SeedsPlayed> {
  const faults = new Tally<FaultKind>(faultKinds);
  const checks = new Tally<PromiseName>(promiseNames);
  const verdicts = new Tally<'whole' | 'error' | 'left'>(['whole', 'error', 'left']);
  const violations: string[] = [];
  let [resumes, requests] = [0, 0];
  for (let seed = first; seed < first + count; seed += 1) {
    const run = await runCore(seed);
    faults.add(run.faults.counts);
    checks.add(run.checks.counts);
    verdicts.add(run.verdicts.counts);
    violations.push(...run.violations);
    resumes += run.resumes;
    requests += run.requests;
  }
  return {
    seeds: count,
    requests,
    resumes,
    violations,
    faults: faults.counts,
    checks: checks.counts,
    verdicts: verdicts.counts,
  };
}

/** What never happened, or was never looked at. */
export function missingOf(counts: Readonly<Record<string, number>>): readonly string[] {
  return Object.keys(counts).filter((name) => counts[name] === 0);
}

/** How often each fault fired and each promise was looked at, for people. */
export function textOf({ seeds, requests, resumes, ...counts }: SeedsPlayed): string {
  const list = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  return [
    `${seeds} seeds, ${requests} requests: ${list(counts.verdicts)}; ${resumes} went on elsewhere`,
    `faults: ${list(counts.faults)}`,
    `checks: ${list(counts.checks)}`,
  ].join('\n');
}
