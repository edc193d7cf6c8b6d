import { describe, expect, it } from 'vitest';
import {
  vllm05Buckets,
  vllm05Help,
} from '../../../../deploy/simulator/protocols/vllm-0-5-metric-table.ts';
import { writeVllm05Metrics } from '../../../../deploy/simulator/protocols/vllm-0-5-metrics.ts';
import { aReplicaView } from '../../../support/simulator.ts';

describe('what vLLM 0.5.5 says of its metrics', () => {
  it('is said of every family on the page, and of no other', () => {
    const families = [...writeVllm05Metrics(aReplicaView()).matchAll(/^# TYPE (\S+) /gm)];

    expect(new Set(families.map(([, name]) => name))).toEqual(new Set(Object.keys(vllm05Help)));
  });

  it('has rising edges', () => {
    for (const edges of Object.values(vllm05Buckets) as number[][]) {
      expect(edges).toEqual([...edges].sort((a, b) => a - b));
    }
  });
});
