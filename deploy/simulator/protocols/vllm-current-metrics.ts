import { type Labels, PrometheusPage } from '../prometheus-page.ts';
import type { ReplicaView } from '../replica-view.ts';
import { vllmCurrentHelp } from './vllm-current-metric-table.ts';
import { kvBlocks, writeVllmRequests } from './vllm-metrics.ts';

/** Reasons that vLLM lists whether they have happened or not. */
const FINISH_REASONS = ['stop', 'length', 'abort', 'error', 'repetition'];

/** `/metrics` of vLLM 0.32: labels `engine` and `model_name`, each counter with a `_created` twin. */
export function writeVllmCurrentMetrics(replica: ReplicaView): string {
  const page = new PrometheusPage(vllmCurrentHelp);
  const labels = { engine: '0', model_name: replica.model };
  page.gauge('process_start_time_seconds', {}, replica.startedSeconds);
  writeGauges(page, replica, labels);
  writeCounters(page, replica, labels);
  writeFinishes(page, replica);
  writeRejections(page, replica);
  writeVllmRequests(page, replica, labels);
  const gaps = replica.observations.together((series) => series.interTokenSeconds);
  page.histogram('vllm:inter_token_latency_seconds', labels, gaps);
  writeCacheConfig(page, replica);
  return page.text();
}

function writeGauges(page: PrometheusPage, replica: ReplicaView, labels: Labels): void {
  const { load } = replica.metricsGauges();
  const byReason = 'vllm:num_requests_waiting_by_reason';
  page.gauge('vllm:num_requests_running', labels, load.runningRequests);
  page.gauge('vllm:num_requests_waiting', labels, load.waitingRequests);
  page.family(byReason, 'gauge');
  page.sample(byReason, { ...labels, reason: 'capacity' }, load.waitingRequests);
  page.sample(byReason, { ...labels, reason: 'deferred' }, 0);
  page.gauge('vllm:kv_cache_usage_perc', labels, load.usedTokens / load.capacityTokens);
}

function writeCounters(page: PrometheusPage, replica: ReplicaView, labels: Labels): void {
  const { load } = replica.metricsGauges();
  const count = (name: string, value: number): void => {
    page.counter(`${name}_total`, labels, value);
    page.gauge(`${name}_created`, labels, replica.startedSeconds);
  };
  count('vllm:prefix_cache_queries', load.promptTokensTotal);
  count('vllm:prefix_cache_hits', load.cachedTokensTotal);
  count('vllm:num_preemptions', load.preemptions);
  count('vllm:prompt_tokens', load.promptTokensTotal);
  count('vllm:prompt_tokens_cached', load.cachedTokensTotal);
  count('vllm:generation_tokens', load.outputTokensTotal);
}

function writeFinishes(page: PrometheusPage, { model, observations }: ReplicaView): void {
  const finished: Readonly<Record<string, number>> = observations.finished;
  const name = 'vllm:request_success_total';
  page.family(name, 'counter');
  for (const reason of FINISH_REASONS) {
    const labels = { engine: '0', finished_reason: reason, model_name: model };
    page.sample(name, labels, finished[reason] ?? 0);
  }
}

/** The one family without the label `engine`: requests are turned away before any engine sees them. */
function writeRejections(page: PrometheusPage, { model, observations }: ReplicaView): void {
  const name = 'vllm:admission_rejections_total';
  page.family(name, 'counter');
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
  page.gauge('vllm:cache_config_info', labels, 1);
}
