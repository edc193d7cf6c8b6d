import { describe, expect, it } from 'vitest';
import {
  sglangCurrentBuckets,
  sglangCurrentHelp,
} from '../../../../deploy/simulator/protocols/sglang-current-metric-table.ts';
import { writeSglangCurrentMetrics } from '../../../../deploy/simulator/protocols/sglang-current-metrics.ts';
import { withoutCaptures } from '../../../support/captures.ts';
import { aReplicaView, captureBody } from '../../../support/simulator.ts';

function edgesOn(page: string, name: string): number[] {
  const buckets = page.matchAll(new RegExp(`^${name}_bucket\\{.*le="([0-9.]+)"`, 'gm'));
  return [...new Set([...buckets].map(([, edge]) => Number(edge)))];
}

describe('what SGLang 0.5.23 says of its metrics', () => {
  it('is said of every family on the page, and of no other', () => {
    const families = [...writeSglangCurrentMetrics(aReplicaView()).matchAll(/^# TYPE (\S+) /gm)];

    expect(new Set(families.map(([, name]) => name))).toEqual(
      new Set(Object.keys(sglangCurrentHelp)),
    );
  });

  it.skipIf(withoutCaptures)('is what the real one says', () => {
    // The second page is that of a server that has aborted a request.
    const page = captureBody('sglang-0.5.23/metrics-end');

    const lines = Object.entries(sglangCurrentHelp).map(([name, help]) => `# HELP ${name} ${help}`);

    expect(lines.filter((line) => !page.includes(line))).toEqual([]);
  });

  it.skipIf(withoutCaptures)('has the edges of the real one', () => {
    const page = captureBody('sglang-0.5.23/metrics');

    expect(sglangCurrentBuckets).toEqual({
      firstToken: edgesOn(page, 'sglang:time_to_first_token_seconds'),
      interToken: edgesOn(page, 'sglang:inter_token_latency_seconds'),
      endToEnd: edgesOn(page, 'sglang:e2e_request_latency_seconds'),
    });
  });
});
