import { describe, expect, it } from 'vitest';
import { buckets, gauge, quantile, rate, selector } from '../../../telemetry/dashboard/queries.ts';
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

  it('takes the quantile of a histogram over its buckets', () => {
    expect(quantile(0.95, metrics.queueWait)).toBe(
      `histogram_quantile(0.95, ${buckets(metrics.queueWait)})`,
    );
    expect(buckets(metrics.queueWait, labels.replica)).toBe(
      'sum by (le, replica) (rate(gateway_queue_wait_seconds_bucket{job=~"$job",gen_ai_request_model=~"$model",replica=~"$replica|"}[$__rate_interval]))',
    );
  });

  it('shows a gauge as it is', () => {
    expect(gauge(metrics.openRequests)).toBe('gateway_open_requests{job=~"$job"}');
  });

  it('narrows by a matcher of its own', () => {
    expect(selector(metrics.openRequests, 'a="b"')).toBe('{job=~"$job",a="b"}');
  });

  it('also finds the requests that no replica got, whatever replicas are chosen', () => {
    expect(selector(metrics.requestDuration)).toContain('replica=~"$replica|"');
  });
});
