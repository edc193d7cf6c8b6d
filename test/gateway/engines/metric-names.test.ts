import { describe, expect, it } from 'vitest';

import type { MetricNames } from '../../../gateway/engines/metric-names.ts';
import {
  llamaCppMetrics,
  sglangMetrics,
  VLLM_CACHE_INFO,
  vllmMetrics,
} from '../../../gateway/engines/metric-names.ts';
import { samplesOf } from '../../../gateway/wire/prometheus-text.ts';
import { capture, withoutCaptures } from '../../support/captures.ts';
import { metricSample, withoutMetricSamples } from '../../support/metric-samples.ts';

const tables: readonly (readonly [string, MetricNames])[] = [
  ['vLLM', vllmMetrics],
  ['SGLang', sglangMetrics],
  ['llama.cpp', llamaCppMetrics],
];

/** Every list of names in a table, the newest name first. */
function nameLists(table: MetricNames): (readonly string[])[] {
  const fields = Object.values(table) as (readonly string[] | string)[];
  return fields.filter((names) => typeof names !== 'string');
}

function isOn(page: string, name: string): boolean {
  return samplesOf(page, name).length > 0;
}

describe.each(tables)('the metric names of %s', (_, table) => {
  it('are names of families, none of them twice', () => {
    const names = nameLists(table).flat();
    for (const name of names) expect(name).toMatch(/^[a-z_]+(?::[a-z_]+)?$/);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are those of hits and queries, or neither', () => {
    expect(table.prefixCacheHits === undefined).toBe(table.prefixCacheQueries === undefined);
  });
});

describe.skipIf(withoutCaptures)('the page of a real engine', () => {
  const pageOf = (engine: string) =>
    Buffer.concat([...capture(`${engine}/metrics`).chunks]).toString();

  it.each([
    ['vllm-0.32.0', vllmMetrics, ['vllm:num_requests_swapped', 'vllm:gpu_prefix_cache_hit_rate']],
    ['sglang-0.5.23', sglangMetrics, []],
    ['llama-server', llamaCppMetrics, []],
  ])('of %s has every newest name but those that are known to be gone', (engine, table, gone) => {
    const page = pageOf(engine);
    const newest = nameLists(table).map(([name = '']) => name);
    expect(newest.filter((name) => !isOn(page, name)).toSorted()).toEqual(gone.toSorted());
  });

  it('of vLLM tells its KV cache', () => {
    expect(isOn(pageOf('vllm-0.32.0'), VLLM_CACHE_INFO)).toBe(true);
  });
});

describe.skipIf(withoutMetricSamples)('an older page of vLLM', () => {
  it('has the older names', () => {
    const page = metricSample('vllm-v0-2025-01-idle');
    for (const name of ['vllm:num_requests_swapped', 'vllm:gpu_cache_usage_perc']) {
      expect(isOn(page, name)).toBe(true);
    }
  });

  it('may have both names of a family, of which the newer comes first', () => {
    const page = metricSample('vllm-0.10.0-both-cache-names-excerpt');
    expect(isOn(page, 'vllm:gpu_prefix_cache_hits_total')).toBe(true);
    expect(vllmMetrics.prefixCacheQueries?.map((name) => isOn(page, name))).toEqual([true, false]);
  });

  it('may have the older name alone', () => {
    const page = metricSample('vllm-v1-2025-03-old-cache-name-excerpt');
    expect(vllmMetrics.kvCacheUsage?.map((name) => isOn(page, name))).toEqual([false, true]);
  });
});
