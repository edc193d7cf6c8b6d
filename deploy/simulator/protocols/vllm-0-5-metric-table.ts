import type { LatencyBuckets } from '../observations.ts';
import type { MetricHelp } from '../prometheus-page.ts';

/** What vLLM 0.5.5 says of its families. */
export const vllm05Help: MetricHelp = {
  'vllm:cache_config_info': 'Information of the LLMEngine CacheConfig',
  'vllm:num_requests_running': 'Number of requests currently running on GPU.',
  'vllm:num_requests_waiting': 'Number of requests waiting to be processed.',
  'vllm:num_requests_swapped': 'Number of requests swapped to CPU.',
  'vllm:gpu_cache_usage_perc': 'GPU KV-cache usage. 1 means 100 percent usage.',
  'vllm:cpu_cache_usage_perc': 'CPU KV-cache usage. 1 means 100 percent usage.',
  'vllm:cpu_prefix_cache_hit_rate': 'CPU prefix cache block hit rate.',
  'vllm:gpu_prefix_cache_hit_rate': 'GPU prefix cache block hit rate.',
  'vllm:num_preemptions_total': 'Cumulative number of preemption from the engine.',
  'vllm:prompt_tokens_total': 'Number of prefill tokens processed.',
  'vllm:generation_tokens_total': 'Number of generation tokens processed.',
  'vllm:request_success_total': 'Count of successfully processed requests.',
  'vllm:request_prompt_tokens': 'Number of prefill tokens processed.',
  'vllm:request_generation_tokens': 'Number of generation tokens processed.',
  'vllm:time_to_first_token_seconds': 'Histogram of time to first token in seconds.',
  'vllm:time_per_output_token_seconds': 'Histogram of time per output token in seconds.',
  'vllm:e2e_request_latency_seconds': 'Histogram of end to end request latency in seconds.',
};

/** Upper edges of vLLM 0.5.5's latency histograms, in seconds. */
export const vllm05Buckets: LatencyBuckets = {
  firstToken: [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
  ],
  interToken: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5],
  endToEnd: [1, 2.5, 5, 10, 15, 20, 30, 40, 50, 60],
};
