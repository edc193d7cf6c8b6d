import type { LatencyBuckets } from '../observations.ts';
import type { MetricHelp } from '../prometheus-page.ts';

/** What SGLang 0.5.23 says of its families. */
export const sglangCurrentHelp: MetricHelp = {
  'sglang:max_total_num_tokens': 'Maximum total number of tokens in the KV cache pool.',
  'sglang:page_size': 'KV cache page size in tokens.',
  'sglang:num_pages': 'Number of KV cache pages.',
  'sglang:context_len': 'Maximum context length.',
  'sglang:num_running_reqs': 'The number of running requests.',
  'sglang:num_queue_reqs': 'The number of requests in the waiting queue.',
  'sglang:num_grammar_queue_reqs': 'The number of requests in the grammar waiting queue.',
  'sglang:cache_hit_rate': 'The prefix cache hit rate.',
  'sglang:token_usage': 'The token usage.',
  'sglang:full_token_usage': 'The token usage for full attention layers.',
  'sglang:num_used_tokens': 'The number of used tokens.',
  'sglang:kv_used_tokens': 'Number of actively used token slots in the KV cache pool.',
  'sglang:utilization': 'The utilization.',
  'sglang:num_retracted_reqs': 'The number of retracted requests.',
  'sglang:time_to_first_token_seconds': 'Histogram of time to first token in seconds.',
  'sglang:e2e_request_latency_seconds': 'Histogram of End-to-end request latency in seconds',
  'sglang:inter_token_latency_seconds': 'Histogram of inter-token latency in seconds.',
  'sglang:prompt_tokens_total': 'Number of prefill tokens processed.',
  'sglang:generation_tokens_total': 'Number of generation tokens processed.',
  'sglang:num_requests_total': 'Number of requests processed.',
  'sglang:cached_tokens_total': 'Number of cached prompt tokens by source (device/host/storage).',
  'sglang:num_aborted_requests_total': 'Number of requests aborted.',
};

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
