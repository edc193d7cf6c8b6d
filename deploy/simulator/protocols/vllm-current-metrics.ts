import type { LatencyBuckets } from '../observations.ts';
import { type Labels, PrometheusPage } from '../prometheus-page.ts';
import type { ReplicaView } from '../replica-view.ts';
import { kvBlocks, writeVllmRequests } from './vllm-metrics.ts';

/** Upper edges of vLLM 0.32's latency histograms, in seconds. */
export const vllmCurrentBuckets: LatencyBuckets = {
  firstToken: [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40,
    80, 160, 640, 2560,
  ],
  interToken: [
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
  ],
  endToEnd: [
    0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
  ],
};

/** Reasons that vLLM lists whether they have happened or not. */
const FINISH_REASONS = ['stop', 'length', 'abort', 'error', 'repetition'];

/** `/metrics` of vLLM 0.32: labels `engine` and `model_name`, each counter with a `_created` twin. */
export function writeVllmCurrentMetrics(replica: ReplicaView): string {
  const page = new PrometheusPage();
  const labels = { engine: '0', model_name: replica.model };
  page.gauge(
    'process_start_time_seconds',
    'Start time of the process since unix epoch in seconds.',
    {},
    replica.startedSeconds,
  );
  writeGauges(page, replica, labels);
  writeCounters(page, replica, labels);
  writeRejections(page, replica);
  writeVllmRequests(page, replica, labels);
  page.histogram(
    'vllm:inter_token_latency_seconds',
    'Histogram of inter-token latency in seconds.',
    labels,
    replica.observations.together((series) => series.interTokenSeconds),
  );
  writeCacheConfig(page, replica);
  return page.text();
}

function writeGauges(page: PrometheusPage, replica: ReplicaView, labels: Labels): void {
  const { load } = replica.metricsGauges();
  page.gauge(
    'vllm:num_requests_running',
    'Number of requests in model execution batches.',
    labels,
    load.runningRequests,
  );
  page.gauge(
    'vllm:num_requests_waiting',
    'Number of requests waiting to be processed.',
    labels,
    load.waitingRequests,
  );
  page.family(
    'vllm:num_requests_waiting_by_reason',
    'gauge',
    'Number of waiting requests by reason.',
  );
  page.sample(
    'vllm:num_requests_waiting_by_reason',
    { ...labels, reason: 'capacity' },
    load.waitingRequests,
  );
  page.sample('vllm:num_requests_waiting_by_reason', { ...labels, reason: 'deferred' }, 0);
  page.gauge(
    'vllm:kv_cache_usage_perc',
    'KV-cache usage. 1 means 100 percent usage.',
    labels,
    load.usedTokens / load.capacityTokens,
  );
}

function writeCounters(page: PrometheusPage, replica: ReplicaView, labels: Labels): void {
  const { load } = replica.metricsGauges();
  const count = (name: string, help: string, value: number): void => {
    page.counter(`${name}_total`, help, labels, value);
    page.gauge(`${name}_created`, help, labels, replica.startedSeconds);
  };
  count(
    'vllm:prefix_cache_queries',
    'Prefix cache queries, in terms of number of queried tokens.',
    load.promptTokensTotal,
  );
  count(
    'vllm:prefix_cache_hits',
    'Prefix cache hits, in terms of number of cached tokens.',
    load.cachedTokensTotal,
  );
  count(
    'vllm:num_preemptions',
    'Cumulative number of preemption from the engine.',
    load.preemptions,
  );
  count('vllm:prompt_tokens', 'Number of prefill tokens processed.', load.promptTokensTotal);
  count(
    'vllm:prompt_tokens_cached',
    'Number of cached prompt tokens (local + external).',
    load.cachedTokensTotal,
  );
  count('vllm:generation_tokens', 'Number of generation tokens processed.', load.outputTokensTotal);

  const finished: Readonly<Record<string, number>> = replica.observations.finished;
  page.family('vllm:request_success_total', 'counter', 'Count of successfully processed requests.');
  for (const reason of FINISH_REASONS) {
    const { engine, model_name } = { engine: '0', model_name: replica.model };
    page.sample(
      'vllm:request_success_total',
      { engine, finished_reason: reason, model_name },
      finished[reason] ?? 0,
    );
  }
}

/** The one family without the label `engine`: requests are turned away before any engine sees them. */
function writeRejections(page: PrometheusPage, { model, observations }: ReplicaView): void {
  const name = 'vllm:admission_rejections_total';
  page.family(
    name,
    'counter',
    'Number of admission attempts rejected by a queue limit, by reason.',
  );
  page.sample(name, { model_name: model, reason: 'max_num_queued_reqs' }, observations.rejected);
  page.sample(name, { model_name: model, reason: 'max_num_queued_tokens' }, 0);
}

function writeCacheConfig(page: PrometheusPage, replica: ReplicaView): void {
  const blocks = kvBlocks(replica);
  const labels = {
    block_size: String(replica.preset.kvBlockTokens),
    cache_dtype: 'auto',
    enable_prefix_caching: 'True',
    engine: '0',
    gpu_memory_utilization: '0.92',
    kv_cache_size_tokens: String(blocks * replica.preset.kvBlockTokens),
    num_cpu_blocks: 'None',
    num_gpu_blocks: String(blocks),
    num_gpu_blocks_override: 'None',
    sliding_window: 'None',
  };
  page.gauge('vllm:cache_config_info', 'Information of the LLMEngine CacheConfig', labels, 1);
}
