import type { Labels, PrometheusPage } from '../prometheus-page.ts';
import type { ReplicaView } from '../replica-view.ts';

/** Histograms that vLLM has written under one name since 0.5: what went through, and how long it took. */
export function writeVllmRequests(
  page: PrometheusPage,
  { observations }: ReplicaView,
  labels: Labels,
): void {
  const histogram = (name: string, pick: Parameters<typeof observations.together>[0]): void => {
    page.histogram(name, labels, observations.together(pick));
  };
  histogram('vllm:request_prompt_tokens', (series) => series.promptTokens);
  histogram('vllm:request_generation_tokens', (series) => series.outputTokens);
  histogram('vllm:time_to_first_token_seconds', (series) => series.firstTokenSeconds);
  histogram('vllm:e2e_request_latency_seconds', (series) => series.endToEndSeconds);
}

/** Blocks of the KV cache, as `vllm:cache_config_info` counts them. */
export function kvBlocks({ preset }: ReplicaView): number {
  return Math.floor(preset.kvCapacityTokens / preset.kvBlockTokens);
}
