import type { LabEntry } from '../../gateway/replay/lab/lab-run.ts';
import { measure } from '../../gateway/replay/measures.ts';
import type { LoadSample } from '../../gateway/replay/replay-run.ts';
import type { RequestResult } from '../../gateway/replay/request-result.ts';

/** A whole answer of 11 tokens: the first after 100 ms, then one every 10 ms. */
export function aLabResult(facts: Partial<RequestResult> = {}): RequestResult {
  return {
    index: 0,
    succeeded: true,
    error: '',
    promptTokens: 100,
    outputTokens: 11,
    retokenizedTokens: 11,
    startMs: 0,
    timeToFirstTokenMs: 100,
    interTokenMs: new Float64Array(10).fill(10),
    endToEndMs: 200,
    text: '',
    usage: undefined,
    replica: 'replica-0',
    ...facts,
  };
}

/** One replica at one moment, with nothing to do. */
export function aSample(facts: Partial<LoadSample> = {}): LoadSample {
  return {
    atMs: 0,
    replica: 'replica-0',
    runningRequests: 0,
    waitingRequests: 0,
    kvCacheUsage: 0,
    ...facts,
  };
}

/** One request in a second. */
export function aLabEntry(facts: Partial<LabEntry> = {}): LabEntry {
  const results = facts.results ?? [aLabResult()];
  return {
    policy: 'kv-aware',
    results,
    samples: [aSample(), aSample({ atMs: 1000, runningRequests: 1, kvCacheUsage: 0.5 })],
    measures: measure(results, 1000),
    goodput: 11,
    recomputedTokens: 0,
    spread: 1,
    ...facts,
  };
}
