/** Under which families an engine's `/metrics` tells what routing wants; newest name first, since names changed. */
export interface MetricNames {
  readonly runningRequests: readonly string[];
  readonly waitingRequests: readonly string[];
  /** Requests that wait as well, counted apart. */
  readonly swappedRequests?: readonly string[];
  /** Share, 0 to 1. */
  readonly kvCacheUsage?: readonly string[];
  readonly prefixCacheHitRate?: readonly string[];
  /** Tokens looked up in the prefix cache, and found there; both or none. */
  readonly prefixCacheQueries?: readonly string[];
  readonly prefixCacheHits?: readonly string[];
  readonly outputTokensPerSecond?: readonly string[];
  /** Unix seconds at which the process began. */
  readonly startedAt?: readonly string[];
  /** A counter that begins at 0 with the process. */
  readonly workDone: readonly string[];
  /** Gauges of what does not change while the process lives. */
  readonly kvCapacityTokens?: readonly string[];
  readonly kvBlockTokens?: readonly string[];
  readonly contextTokensMax?: readonly string[];
  /** Label that tells apart the engine's own data-parallel ranks; series that are equal in it repeat each other. */
  readonly rankLabel?: string;
}

/** vLLM since 0.4. Names with `gpu_` are those before 0.9.2; `swapped` went with the V0 engine, 0.8. */
export const vllmMetrics: MetricNames = {
  runningRequests: ['vllm:num_requests_running'],
  waitingRequests: ['vllm:num_requests_waiting'],
  swappedRequests: ['vllm:num_requests_swapped'],
  kvCacheUsage: ['vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc'],
  prefixCacheHitRate: ['vllm:gpu_prefix_cache_hit_rate'],
  prefixCacheQueries: ['vllm:prefix_cache_queries_total', 'vllm:gpu_prefix_cache_queries_total'],
  prefixCacheHits: ['vllm:prefix_cache_hits_total', 'vllm:gpu_prefix_cache_hits_total'],
  startedAt: ['process_start_time_seconds'],
  workDone: ['vllm:prompt_tokens_total'],
  rankLabel: 'engine',
};

/** vLLM's settings of the KV cache: an info metric, told by its labels. */
export const VLLM_CACHE_INFO = 'vllm:cache_config_info';

/** SGLang since 0.3.5.post1, with `--enable-metrics`. Several processes write its page, and none tells its start. */
export const sglangMetrics: MetricNames = {
  runningRequests: ['sglang:num_running_reqs'],
  waitingRequests: ['sglang:num_queue_reqs'],
  kvCacheUsage: ['sglang:token_usage'],
  prefixCacheHitRate: ['sglang:cache_hit_rate'],
  outputTokensPerSecond: ['sglang:gen_throughput'],
  workDone: ['sglang:prompt_tokens_total'],
  kvCapacityTokens: ['sglang:max_total_num_tokens'],
  kvBlockTokens: ['sglang:page_size'],
  contextTokensMax: ['sglang:context_len'],
  rankLabel: 'dp_rank',
};

/** llama.cpp with `--metrics`. Its KV cache stands on `/slots` alone. */
export const llamaCppMetrics: MetricNames = {
  runningRequests: ['llamacpp:requests_processing'],
  waitingRequests: ['llamacpp:requests_deferred'],
  outputTokensPerSecond: ['llamacpp:predicted_tokens_seconds'],
  workDone: ['llamacpp:prompt_tokens_total'],
};
