import type { LatencyBuckets } from '../observations.ts';
import type { MetricHelp } from '../prometheus-page.ts';

/** What vLLM 0.32 says of its families; a `_created` twin says what its counter says. */
export const vllmCurrentHelp: MetricHelp = {
  process_start_time_seconds: 'Start time of the process since unix epoch in seconds.',
  'vllm:cache_config_info': 'Information of the LLMEngine CacheConfig',
  'vllm:num_requests_running': 'Number of requests in model execution batches.',
  'vllm:num_requests_waiting': 'Number of requests waiting to be processed.',
  'vllm:num_requests_waiting_by_reason': 'Number of waiting requests by reason.',
  'vllm:kv_cache_usage_perc': 'KV-cache usage. 1 means 100 percent usage.',
  'vllm:prefix_cache_queries_total': 'Prefix cache queries, in terms of number of queried tokens.',
  'vllm:prefix_cache_hits_total': 'Prefix cache hits, in terms of number of cached tokens.',
  'vllm:num_preemptions_total': 'Cumulative number of preemption from the engine.',
  'vllm:prompt_tokens_total': 'Number of prefill tokens processed.',
  'vllm:prompt_tokens_cached_total': 'Number of cached prompt tokens (local + external).',
  'vllm:generation_tokens_total': 'Number of generation tokens processed.',
  'vllm:request_success_total': 'Count of successfully processed requests.',
  'vllm:admission_rejections_total':
    'Number of admission attempts rejected by a queue limit, by reason.',
  'vllm:request_prompt_tokens': 'Number of prefill tokens processed.',
  'vllm:request_generation_tokens': 'Number of generation tokens processed.',
  'vllm:time_to_first_token_seconds': 'Histogram of time to first token in seconds.',
  'vllm:inter_token_latency_seconds': 'Histogram of inter-token latency in seconds.',
  'vllm:e2e_request_latency_seconds': 'Histogram of e2e request latency in seconds.',
};

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
