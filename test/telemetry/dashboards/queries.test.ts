import { describe, expect, it } from 'vitest';
import {
  buckets,
  byReplica,
  earlier,
  gauge,
  gaugeByNode,
  overAll,
  quantile,
  quantileByNode,
  rate,
  rateByNode,
  rateWhere,
  selector,
  shareOf,
  timesBestPeer,
} from '../../../telemetry/dashboards/queries.ts';
import { labels, metrics } from '../../../telemetry/semconv.ts';

describe('a query', () => {
  it('sums the rate of a counter over the series that the variables leave', () => {
    expect(rate(metrics.requests)).toBe(
      'sum (rate(gateway_requests_total{job=~"$job",gen_ai_request_model=~"$model"}[$__rate_interval]))',
    );
  });

  it('keeps the labels that are asked for', () => {
    expect(rate(metrics.attempts, labels.replica, labels.error)).toBe(
      'sum by (replica, error_type) (rate(gateway_attempts_total{job=~"$job",replica=~"$replica|"}[$__rate_interval]))',
    );
  });

  it('narrows by a matcher of its own', () => {
    expect(rateWhere(metrics.reloads, 'outcome="refused"')).toBe(
      'sum (rate(gateway_config_reloads_total{job=~"$job",outcome="refused"}[$__rate_interval]))',
    );
    expect(selector(metrics.openRequests, 'a="b"')).toBe('{job=~"$job",a="b"}');
  });

  it('takes the quantile of a histogram over its buckets', () => {
    expect(quantile(0.95, metrics.queueWait)).toBe(
      `histogram_quantile(0.95, ${buckets(metrics.queueWait)})`,
    );
    expect(buckets(metrics.queueWait, labels.replica)).toBe(
      'sum by (le, replica) (rate(gateway_queue_wait_seconds_bucket{job=~"$job",gen_ai_request_model=~"$model",replica=~"$replica|"}[$__rate_interval]))',
    );
  });

  it('shows a gauge as it is, or once for each replica', () => {
    expect(gauge(metrics.openRequests)).toBe('gateway_open_requests{job=~"$job"}');
    expect(byReplica(metrics.replicaLoadAge)).toBe(
      `max by (replica) (${gauge(metrics.replicaLoadAge)})`,
    );
  });

  it('also finds the requests that no replica got, whatever replicas are chosen', () => {
    expect(selector(metrics.requestDuration)).toContain('replica=~"$replica|"');
  });

  it('finds replicas by the node that is chosen where a metric has it', () => {
    expect(selector(metrics.replicaInfo)).toContain('numa_node=~"$node"');
    expect(selector(metrics.replicaState)).not.toContain('numa_node');
  });
});

describe('a query by NUMA node', () => {
  const onNode = `* on (job, instance, replica) group_left (numa_node) ${gauge(metrics.replicaInfo)}`;

  it('takes the node of each replica from what the gateway tells of it', () => {
    expect(gaugeByNode(metrics.replicaQuiet)).toBe(
      `sum by (numa_node) (${gauge(metrics.replicaQuiet)} ${onNode})`,
    );
    expect(rateByNode(metrics.pauses)).toBe(
      `sum by (numa_node) (rate(${gauge(metrics.pauses)}[$__rate_interval]) ${onNode})`,
    );
  });

  it('adds up buckets before it takes their quantile', () => {
    expect(quantileByNode(0.95, metrics.queueWait)).toMatch(
      /^histogram_quantile\(0\.95, sum by \(le, numa_node\) \(rate\(gateway_queue_wait_seconds_bucket/u,
    );
  });
});

describe('a query that compares', () => {
  it('measures a replica by the best one of its model', () => {
    const each = quantile(0.95, metrics.interTokenLatency, labels.model, labels.replica);

    expect(timesBestPeer(0.95, metrics.interTokenLatency)).toBe(
      `max by (replica) (${each} / on (gen_ai_request_model) group_left () min by (gen_ai_request_model) (${each} > 0))`,
    );
  });

  it('is 0, and not nothing, where the part has never been', () => {
    expect(shareOf('a', 'b')).toBe('(a or b * 0) / b');
  });

  it('looks back at each of its series, ranges included', () => {
    expect(earlier('sum(rate(a{b="c"}[5m])) / d{e="f"}')).toBe(
      'sum(rate(a{b="c"}[5m] offset $before)) / d{e="f"} offset $before',
    );
  });

  it('goes over all that is shown', () => {
    expect(overAll('rate(a{}[$__rate_interval])')).toBe('rate(a{}[$__range])');
  });
});
