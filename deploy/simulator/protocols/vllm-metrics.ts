import type { Labels, PrometheusPage } from '../prometheus-page.ts';
import type { ReplicaView } from '../replica-view.ts';

/** Families that vLLM has written under one name since 0.5: what went through, and how long it took. */
export function writeVllmRequests(
  page: PrometheusPage,
  { observations }: ReplicaView,
  labels: Labels,
): void {
  page.histogram(
    'vllm:request_prompt_tokens',
    'Number of prefill tokens processed.',
    labels,
    observations.together((series) => series.promptTokens),
  );
  page.histogram(
    'vllm:request_generation_tokens',
    'Number of generation tokens processed.',
    labels,
    observations.together((series) => series.outputTokens),
  );
  page.histogram(
    'vllm:time_to_first_token_seconds',
    'Histogram of time to first token in seconds.',
    labels,
    observations.together((series) => series.firstTokenSeconds),
  );
  page.histogram(
    'vllm:e2e_request_latency_seconds',
    'Histogram of e2e request latency in seconds.',
    labels,
    observations.together((series) => series.endToEndSeconds),
  );
}

/** Blocks of the KV cache, as `vllm:cache_config_info` counts them. */
export function kvBlocks({ preset }: ReplicaView): number {
  return Math.floor(preset.kvCapacityTokens / preset.kvBlockTokens);
}
