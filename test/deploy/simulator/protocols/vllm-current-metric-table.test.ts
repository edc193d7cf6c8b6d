import { describe, expect, it } from 'vitest';
import {
  vllmCurrentBuckets,
  vllmCurrentHelp,
} from '../../../../deploy/simulator/protocols/vllm-current-metric-table.ts';
import { writeVllmCurrentMetrics } from '../../../../deploy/simulator/protocols/vllm-current-metrics.ts';
import { withoutCaptures } from '../../../support/captures.ts';
import { aReplicaView, captureBody } from '../../../support/simulator.ts';

function edgesOn(page: string, name: string): number[] {
  const buckets = page.matchAll(new RegExp(`^${name}_bucket\\{.*le="([0-9.]+)"`, 'gm'));
  return [...buckets].map(([, edge]) => Number(edge));
}

describe('what vLLM 0.32 says of its metrics', () => {
  it('is said of every family on the page but the twins, and of no other', () => {
    const families = [...writeVllmCurrentMetrics(aReplicaView()).matchAll(/^# TYPE (\S+) /gm)];
    const names = families
      .map(([, name = '']) => name)
      .filter((name) => !name.endsWith('_created'));

    expect(names.sort()).toEqual(Object.keys(vllmCurrentHelp).sort());
  });

  it.skipIf(withoutCaptures)('is what the real one says', () => {
    const page = captureBody('vllm-0.32.0/metrics');

    const lines = Object.entries(vllmCurrentHelp).map(([name, help]) => `# HELP ${name} ${help}`);

    expect(lines.filter((line) => !page.includes(line))).toEqual([]);
  });

  it.skipIf(withoutCaptures)('has the edges of the real one', () => {
    const page = captureBody('vllm-0.32.0/metrics');

    expect(vllmCurrentBuckets).toEqual({
      firstToken: edgesOn(page, 'vllm:time_to_first_token_seconds'),
      interToken: edgesOn(page, 'vllm:inter_token_latency_seconds'),
      endToEnd: edgesOn(page, 'vllm:e2e_request_latency_seconds'),
    });
  });
});
