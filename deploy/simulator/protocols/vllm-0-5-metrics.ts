import { PrometheusPage } from '../prometheus-page.ts';
import type { ReplicaView } from '../replica-view.ts';
import { vllm05Help } from './vllm-0-5-metric-table.ts';
import { kvBlocks, writeVllmRequests } from './vllm-metrics.ts';

/** `/metrics` of vLLM 0.5.5: label `model_name` alone, no `_created` twins, a hit rate of -1 for a cache that is off. */
export function writeVllm05Metrics(replica: ReplicaView): string {
  const page = new PrometheusPage(vllm05Help);
  const labels = { model_name: replica.model };
  writeCacheConfig(page, replica);
  writeGauges(page, replica);
  const { load } = replica.metricsGauges();
  page.counter('vllm:num_preemptions_total', labels, load.preemptions);
  page.counter('vllm:prompt_tokens_total', labels, load.promptTokensTotal);
  page.counter('vllm:generation_tokens_total', labels, load.outputTokensTotal);
  page.family('vllm:request_success_total', 'counter');
  for (const [reason, count] of Object.entries(replica.observations.finished)) {
    const reasonLabels = { finished_reason: reason, ...labels };
    // A reason is there once it has happened.
    if (count > 0) page.sample('vllm:request_success_total', reasonLabels, count);
  }
  writeVllmRequests(page, replica, labels);
  const gaps = replica.observations.together((series) => series.interTokenSeconds);
  page.histogram('vllm:time_per_output_token_seconds', labels, gaps);
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
  page.gauge('vllm:cache_config_info', labels, 1);
}

function writeGauges(page: PrometheusPage, replica: ReplicaView): void {
  const { load } = replica.metricsGauges();
  const labels = { model_name: replica.model };
  page.gauge('vllm:num_requests_running', labels, load.runningRequests);
  page.gauge('vllm:num_requests_waiting', labels, load.waitingRequests);
  page.gauge('vllm:num_requests_swapped', labels, 0);
  page.gauge('vllm:gpu_cache_usage_perc', labels, load.usedTokens / load.capacityTokens);
  page.gauge('vllm:cpu_cache_usage_perc', labels, 0);
  page.gauge('vllm:cpu_prefix_cache_hit_rate', labels, -1);
  page.gauge('vllm:gpu_prefix_cache_hit_rate', labels, -1);
}
