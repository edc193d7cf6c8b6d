import { type Labels, PrometheusPage } from '../prometheus-page.ts';
import type { LatencyBuckets, RequestSeries } from '../observations.ts';
import type { Histogram } from '../histogram.ts';
import type { ReplicaView } from '../replica-view.ts';

/** Upper edges of SGLang 0.5.23's latency histograms, in seconds. */
export const sglangCurrentBuckets: LatencyBuckets = {
  firstToken: [0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 20, 40, 60, 80, 100, 200, 400],
  interToken: [
    0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.025, 0.03, 0.035, 0.04, 0.06, 0.08, 0.1, 0.2,
    0.4, 0.6, 0.8, 1, 2, 4, 6, 8,
  ],
  endToEnd: [
    0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 20, 40, 60, 80, 100, 200, 400, 600, 1200, 1800,
    2400,
  ],
};

/** `/metrics` of SGLang 0.5.23: scheduler series by rank, request series by whether they streamed. */
export function writeSglangCurrentMetrics(replica: ReplicaView): string {
  const page = new PrometheusPage();
  const engine = { engine_type: 'unified', model_name: replica.model };
  writeScheduler(page, replica, { ...engine, moe_ep_rank: '0', pp_rank: '0', tp_rank: '0' });
  writeRequests(page, replica, engine);
  return page.text();
}

function writeScheduler(page: PrometheusPage, replica: ReplicaView, labels: Labels): void {
  const { load } = replica.metricsGauges();
  const { preset } = replica;
  const gauge = (name: string, help: string, value: number): void => {
    page.gauge(`sglang:${name}`, help, labels, value);
  };
  gauge(
    'max_total_num_tokens',
    'Maximum total number of tokens in the KV cache pool.',
    load.capacityTokens,
  );
  gauge('page_size', 'KV cache page size in tokens.', preset.kvBlockTokens);
  gauge(
    'num_pages',
    'Number of KV cache pages.',
    Math.floor(load.capacityTokens / preset.kvBlockTokens),
  );
  gauge('context_len', 'Maximum context length.', preset.contextTokensMax);
  gauge('num_running_reqs', 'The number of running requests.', load.runningRequests);
  gauge('num_queue_reqs', 'The number of requests in the waiting queue.', load.waitingRequests);
  gauge('num_grammar_queue_reqs', 'The number of requests in the grammar waiting queue.', 0);
  gauge(
    'cache_hit_rate',
    'The prefix cache hit rate.',
    load.cachedTokensTotal / Math.max(1, load.promptTokensTotal),
  );
  gauge('token_usage', 'The token usage.', load.usedTokens / load.capacityTokens);
  gauge(
    'full_token_usage',
    'The token usage for full attention layers.',
    load.usedTokens / load.capacityTokens,
  );
  gauge('num_used_tokens', 'The number of used tokens.', load.usedTokens);
  gauge('kv_used_tokens', 'The number of KV tokens in use.', load.usedTokens);
  gauge('utilization', 'The utilization.', 0);
  gauge('num_retracted_reqs', 'The number of retracted requests.', 0);
}

/** Request series stand once for each way of answering. */
const ways = ['false', 'true'] as const;

function writeRequests(page: PrometheusPage, replica: ReplicaView, labels: Labels): void {
  writeLatencies(page, replica, labels);
  // These move when a request has ended.
  const count = (name: string, help: string, read: (series: RequestSeries) => number): void => {
    page.family(`sglang:${name}`, 'counter', help);
    for (const way of ways) {
      const series = replica.observations.series(way === 'true');
      page.sample(`sglang:${name}`, wayLabels(replica, way), read(series));
    }
  };
  count(
    'prompt_tokens_total',
    'Number of prefill tokens processed.',
    (series) => series.promptTokens.sum,
  );
  count(
    'generation_tokens_total',
    'Number of generation tokens processed.',
    (series) => series.outputTokens.sum,
  );
  count(
    'num_requests_total',
    'Number of requests processed.',
    (series) => series.endToEndSeconds.count,
  );
  page.family(
    'sglang:cached_tokens_total',
    'counter',
    'Number of cached prompt tokens by source (device/host/storage).',
  );
  page.sample(
    'sglang:cached_tokens_total',
    { cache_source: 'device', ...labels },
    replica.load().cachedTokensTotal,
  );
  page.counter(
    'sglang:num_aborted_requests_total',
    'Number of requests aborted.',
    labels,
    replica.observations.finished.abort,
  );
}

function writeLatencies(page: PrometheusPage, replica: ReplicaView, labels: Labels): void {
  const { observations } = replica;
  const histogram = (
    name: string,
    help: string,
    pick: (series: RequestSeries) => Histogram,
  ): void => {
    page.family(`sglang:${name}`, 'histogram', help);
    for (const way of ways) {
      page.buckets(
        `sglang:${name}`,
        wayLabels(replica, way),
        pick(observations.series(way === 'true')),
      );
    }
  };
  histogram(
    'time_to_first_token_seconds',
    'Histogram of time to first token in seconds.',
    (series) => series.firstTokenSeconds,
  );
  histogram(
    'e2e_request_latency_seconds',
    'Histogram of End-to-end request latency in seconds',
    (series) => series.endToEndSeconds,
  );
  page.histogram(
    'sglang:inter_token_latency_seconds',
    'Histogram of inter-token latency in seconds.',
    labels,
    observations.together((series) => series.interTokenSeconds),
  );
}

function wayLabels({ model }: ReplicaView, way: (typeof ways)[number]): Labels {
  return { engine_type: 'unified', is_streaming: way, model_name: model };
}
