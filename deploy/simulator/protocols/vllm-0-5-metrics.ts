import type { LatencyBuckets } from '../observations.ts';
import { PrometheusPage } from '../prometheus-page.ts';
import type { ReplicaView } from '../replica-view.ts';
import { kvBlocks, writeVllmRequests } from './vllm-metrics.ts';

/** Upper edges of vLLM 0.5.5's latency histograms, in seconds. */
export const vllm05Buckets: LatencyBuckets = {
  firstToken: [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
  ],
  interToken: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5],
  endToEnd: [1, 2.5, 5, 10, 15, 20, 30, 40, 50, 60],
};

/** `/metrics` of vLLM 0.5.5: label `model_name` alone, no `_created` twins, a hit rate of -1 for a cache that is off. */
export function writeVllm05Metrics(replica: ReplicaView): string {
  const page = new PrometheusPage();
  const labels = { model_name: replica.model };
  writeCacheConfig(page, replica);
  writeGauges(page, replica);
  const { load } = replica.metricsGauges();
  page.counter(
    'vllm:num_preemptions_total',
    'Cumulative number of preemption from the engine.',
    labels,
    load.preemptions,
  );
  page.counter(
    'vllm:prompt_tokens_total',
    'Number of prefill tokens processed.',
    labels,
    load.promptTokensTotal,
  );
  page.counter(
    'vllm:generation_tokens_total',
    'Number of generation tokens processed.',
    labels,
    load.outputTokensTotal,
  );
  page.family('vllm:request_success_total', 'counter', 'Count of successfully processed requests.');
  for (const [reason, count] of Object.entries(replica.observations.finished)) {
    // A reason is there once it has happened.
    if (count > 0)
      page.sample('vllm:request_success_total', { finished_reason: reason, ...labels }, count);
  }
  writeVllmRequests(page, replica, labels);
  page.histogram(
    'vllm:time_per_output_token_seconds',
    'Histogram of time per output token in seconds.',
    labels,
    replica.observations.together((series) => series.interTokenSeconds),
  );
  return page.text();
}

function writeCacheConfig(page: PrometheusPage, replica: ReplicaView): void {
  const labels = {
    block_size: String(replica.preset.kvBlockTokens),
    cache_dtype: 'auto',
    cpu_offload_gb: '0',
    enable_prefix_caching: 'False',
    gpu_memory_utilization: '0.9',
    num_cpu_blocks: '0',
    num_gpu_blocks: String(kvBlocks(replica)),
    num_gpu_blocks_override: 'None',
    sliding_window: 'None',
    swap_space_bytes: '0',
  };
  page.gauge('vllm:cache_config_info', 'Information of the LLMEngine CacheConfig', labels, 1);
}

function writeGauges(page: PrometheusPage, replica: ReplicaView): void {
  const { load } = replica.metricsGauges();
  const labels = { model_name: replica.model };
  page.gauge(
    'vllm:num_requests_running',
    'Number of requests currently running on GPU.',
    labels,
    load.runningRequests,
  );
  page.gauge(
    'vllm:num_requests_waiting',
    'Number of requests waiting to be processed.',
    labels,
    load.waitingRequests,
  );
  page.gauge('vllm:num_requests_swapped', 'Number of requests swapped to CPU.', labels, 0);
  page.gauge(
    'vllm:gpu_cache_usage_perc',
    'GPU KV-cache usage. 1 means 100 percent usage.',
    labels,
    load.usedTokens / load.capacityTokens,
  );
  page.gauge(
    'vllm:cpu_cache_usage_perc',
    'CPU KV-cache usage. 1 means 100 percent usage.',
    labels,
    0,
  );
  page.gauge('vllm:cpu_prefix_cache_hit_rate', 'CPU prefix cache block hit rate.', labels, -1);
  page.gauge('vllm:gpu_prefix_cache_hit_rate', 'GPU prefix cache block hit rate.', labels, -1);
}
