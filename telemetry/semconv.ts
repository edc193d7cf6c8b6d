import type { GpuMetricKey } from './gpu-metrics.ts';
import { gpuMetrics } from './gpu-metrics.ts';
import type { MetricDefinition } from './metric-definition.ts';
import { counter, gauge, histogram, labels } from './metric-definition.ts';

export type { MetricDefinition } from './metric-definition.ts';
export { labels } from './metric-definition.ts';

/** The metrics by our own names. */
export type MetricKey =
  | GpuMetricKey
  | 'requestDuration'
  | 'timeToFirstToken'
  | 'timePerOutputToken'
  | 'interTokenLatency'
  | 'queueWait'
  | 'requests'
  | 'refusals'
  | 'attempts'
  | 'retries'
  | 'streams'
  | 'overhead'
  | 'inputTokens'
  | 'cachedTokens'
  | 'outputTokens'
  | 'promptEstimateRatio'
  | 'outputEstimateRatio'
  | 'requestBytes'
  | 'responseBytes'
  | 'pauses'
  | 'resumes'
  | 'retriesDenied'
  | 'replicaEvents'
  | 'reloads'
  | 'replicaEjections'
  | 'shadowDecisions'
  | 'shadowCost'
  | 'openRequests'
  | 'waitingRequests'
  | 'openConnections'
  | 'refusedConnections'
  | 'replicaInfo'
  | 'replicaState'
  | 'replicaQuiet'
  | 'replicaInFlightRequests'
  | 'replicaInFlightPrefillTokens'
  | 'replicaInFlightKvTokens'
  | 'replicaPromisedKvTokens'
  | 'replicaKvCapacityTokens'
  | 'replicaDriftRequests'
  | 'replicaDriftKvTokens'
  | 'replicaRunningRequests'
  | 'replicaWaitingRequests'
  | 'replicaKvCacheUsage'
  | 'replicaLoadAge'
  | 'replicaPrefillRate'
  | 'replicaDecodeStep'
  | 'prefixIndexBytes'
  | 'traces'
  | 'spansExported'
  | 'spansDropped'
  | 'logLinesDropped'
  | 'recordsFailed'
  | 'buildInfo'
  | 'eventLoopLagMean'
  | 'eventLoopLagP99'
  | 'eventLoopLagMax'
  | 'eventLoopUsage'
  | 'heapUsed'
  | 'externalMemory'
  | 'cpuSeconds'
  | 'residentMemory'
  | 'startTime';

/** Every metric that is exposed, by the name it has in our code. */
export const metrics: Readonly<Record<MetricKey, MetricDefinition>> = {
  requestDuration: histogram(
    'gen_ai_server_request_duration_seconds',
    'Request received to last byte of the answer, failures included.',
    [labels.operation, labels.model, labels.replica, labels.error],
  ),
  timeToFirstToken: histogram(
    'gen_ai_server_time_to_first_token_seconds',
    'Request received to first output.',
    [labels.operation, labels.model, labels.replica],
  ),
  timePerOutputToken: histogram(
    'gen_ai_server_time_per_output_token_seconds',
    'Mean time per output token after the first, one observation a request.',
    [labels.operation, labels.model, labels.replica],
  ),
  interTokenLatency: histogram(
    'gateway_inter_token_latency_seconds',
    'Gap between two outputs divided by its tokens, one observation a token.',
    [labels.operation, labels.model, labels.replica],
  ),
  queueWait: histogram('gateway_queue_wait_seconds', 'Admission to a place on a replica.', [
    labels.operation,
    labels.model,
    labels.replica,
  ]),
  requests: counter('gateway_requests_total', 'Requests that ended, by what the client got.', [
    labels.route,
    labels.model,
    labels.tenant,
    labels.status,
    labels.error,
  ]),
  refusals: counter(
    'gateway_refusals_total',
    'Requests that got no place, by what in particular refused them.',
    [labels.error, labels.reason],
  ),
  attempts: counter(
    'gateway_attempts_total',
    'Tries on a replica, retries included; without error_type it answered.',
    [labels.replica, labels.engine, labels.error],
  ),
  retries: counter(
    'gateway_retries_total',
    'Tries that followed a failed one, resumes included, by the replica that had failed and how.',
    [labels.replica, labels.error],
  ),
  streams: counter(
    'gateway_streams_total',
    'Streams that ended, by service: good, late (first token after `routing.goodFirstTokenMs`), slow (mean gap above `routing.goodTokenGapMs`), failed, or left by a client that was served well so far.',
    [labels.model, labels.tenant, labels.service],
  ),
  overhead: histogram(
    'gateway_overhead_seconds',
    'What the gateway itself takes of a request: read (its body comes, at the pace of the client), prepare (keys, quota, sizes), decide (where nothing was waited for), settle (after the last byte).',
    [labels.part],
  ),
  inputTokens: counter(
    'gateway_input_tokens_total',
    'Prompt tokens of requests that reached a replica; source tells how they are known.',
    [labels.model, labels.tenant, labels.source],
  ),
  cachedTokens: counter(
    'gateway_cached_input_tokens_total',
    'Prompt tokens that an engine found in its prefix cache, where it tells.',
    [labels.model, labels.tenant],
  ),
  outputTokens: counter(
    'gateway_output_tokens_total',
    'Tokens answered; source tells how they are known.',
    [labels.model, labels.tenant, labels.source],
  ),
  promptEstimateRatio: histogram(
    'gateway_prompt_estimate_ratio',
    'Estimated over true prompt tokens; 1 is exact.',
    [labels.model],
  ),
  outputEstimateRatio: histogram(
    'gateway_output_estimate_ratio',
    'Expected over true output tokens of whole answers; 1 is exact.',
    [labels.model],
  ),
  requestBytes: counter('gateway_request_body_bytes_total', 'Request bodies received.', [
    labels.model,
    labels.tenant,
  ]),
  responseBytes: counter('gateway_response_body_bytes_total', 'Response bodies sent.', [
    labels.model,
    labels.tenant,
  ]),
  pauses: counter(
    'gateway_engine_pauses_total',
    'Times an engine was paused because a client read slowly.',
    [labels.replica],
  ),
  resumes: counter(
    'gateway_resumes_total',
    'Streams that broke and went on, by the replica that went on with them.',
    [labels.replica],
  ),
  retriesDenied: counter(
    'gateway_retries_denied_total',
    'Tries on another replica that the budget of all did not afford.',
  ),
  replicaEvents: counter(
    'gateway_replica_events_total',
    'What befell a replica: ready, ejected, half-open, restarted, draining by its own word, drained and undrained by yours, sickened and recovered with its GPUs.',
    [labels.replica, labels.event],
  ),
  reloads: counter(
    'gateway_config_reloads_total',
    'Times that the settings were read again; refused ones left the last good settings in place.',
    [labels.outcome],
  ),
  replicaEjections: counter(
    'gateway_replica_ejections_total',
    'Times that a replica was given no more requests, by why: gone, declined by its health, errors of its answers, stall of all of them, gpu where one of its own is sick.',
    [labels.replica, labels.reason],
  ),
  shadowDecisions: counter(
    'gateway_shadow_decisions_total',
    'Decisions that `routing.shadow` judged too; it agrees where it would have picked the same replica or one no cheaper.',
    [labels.policy, labels.agrees],
  ),
  shadowCost: counter(
    'gateway_shadow_cost_seconds_total',
    'Predicted cost of what each policy picked, by the costs of the one in `judge`; the difference between both is what one of them would save.',
    [labels.policy, labels.judge],
  ),
  openRequests: gauge('gateway_open_requests', 'Requests received and not yet ended.'),
  waitingRequests: gauge(
    'gateway_waiting_requests',
    'Requests in the waiting room, without a place so far.',
  ),
  openConnections: gauge('gateway_open_connections', 'Connections of clients to the data port.'),
  refusedConnections: counter(
    'gateway_refused_connections_total',
    'Connections closed at once, since as many were open as may be.',
  ),
  replicaInfo: gauge('gateway_replica_info', 'Always 1; the labels tell what a replica is.', [
    labels.replica,
    labels.engine,
    labels.engineVersion,
    labels.numaNode,
  ]),
  replicaState: gauge(
    'gateway_replica_state',
    '1 for the state that a replica is in; its breaker is open when suspended, and half open when half-open or probing.',
    [labels.replica, labels.engine, labels.state],
  ),
  replicaQuiet: gauge(
    'gateway_replica_quiet',
    '1 while a replica that is given requests says nothing and owes an answer to a question of the gateway.',
    [labels.replica],
  ),
  replicaInFlightRequests: gauge(
    'gateway_replica_in_flight_requests',
    'Requests that this gateway has open on a replica.',
    [labels.replica],
  ),
  replicaInFlightPrefillTokens: gauge(
    'gateway_replica_in_flight_prefill_tokens',
    'Prompt tokens sent to a replica and not yet answered by a first token.',
    [labels.replica],
  ),
  replicaInFlightKvTokens: gauge(
    'gateway_replica_in_flight_kv_tokens',
    'KV tokens that open requests of this gateway hold on a replica.',
    [labels.replica],
  ),
  replicaPromisedKvTokens: gauge(
    'gateway_replica_promised_kv_tokens',
    'Most KV tokens that the open requests of this gateway reach together if each runs to its expected end.',
    [labels.replica],
  ),
  replicaKvCapacityTokens: gauge(
    'gateway_replica_kv_capacity_tokens',
    'KV capacity of a replica, where it is known.',
    [labels.replica],
  ),
  replicaDriftRequests: gauge(
    'gateway_replica_drift_requests',
    'Requests that the engine last told of beyond what this gateway had sent by then: traffic past it, or an end that one of both has not seen.',
    [labels.replica],
  ),
  replicaDriftKvTokens: gauge(
    'gateway_replica_drift_kv_tokens',
    'KV tokens that the engine last told of beyond what the open requests of this gateway hold: cached prefixes, other traffic.',
    [labels.replica],
  ),
  replicaRunningRequests: gauge(
    'gateway_replica_running_requests',
    'Running requests, as the engine last told.',
    [labels.replica],
  ),
  replicaWaitingRequests: gauge(
    'gateway_replica_waiting_requests',
    'Queued requests, as the engine last told.',
    [labels.replica],
  ),
  replicaKvCacheUsage: gauge(
    'gateway_replica_kv_cache_usage_ratio',
    'Share of the KV cache in use, 0 to 1, as the engine last told.',
    [labels.replica],
  ),
  replicaLoadAge: gauge(
    'gateway_replica_load_age_seconds',
    'Age of what the engine last told of its load.',
    [labels.replica],
  ),
  replicaPrefillRate: gauge(
    'gateway_replica_prefill_rate',
    'Prompt tokens a second that a replica computes, fitted on its own streams.',
    [labels.replica],
  ),
  replicaDecodeStep: gauge(
    'gateway_replica_decode_step_seconds',
    'Decode step of a replica under its present load, fitted on its own streams.',
    [labels.replica],
  ),
  ...gpuMetrics,
  prefixIndexBytes: gauge(
    'gateway_prefix_index_bytes',
    'Memory of the index of prompt blocks that replicas have cached; it is bounded.',
  ),
  traces: counter(
    'gateway_traces_total',
    'Requests by whether their spans were kept: failed, slow, asked (by the caller), drawn (by `telemetry.sampleRatio`), or passed_over.',
    [labels.decision],
  ),
  spansExported: counter('gateway_spans_exported_total', 'Spans that the collector took.'),
  spansDropped: counter(
    'gateway_spans_dropped_total',
    'Spans lost: no room while the collector was slow, refused by it, or it was not reached.',
    [labels.reason],
  ),
  logLinesDropped: counter(
    'gateway_log_lines_dropped_total',
    'Log lines lost because the destination did not keep up.',
  ),
  recordsFailed: counter(
    'gateway_records_failed_total',
    'Requests whose record broke on a bug of the telemetry itself.',
  ),
  buildInfo: gauge('gateway_build_info', 'Always 1; the labels tell what runs.', [labels.version]),
  eventLoopLagMean: gauge(
    'nodejs_eventloop_lag_mean_seconds',
    'Mean lateness of the event loop since the last scrape.',
  ),
  eventLoopLagP99: gauge(
    'nodejs_eventloop_lag_p99_seconds',
    '99th percentile of the lateness of the event loop since the last scrape.',
  ),
  eventLoopLagMax: gauge(
    'nodejs_eventloop_lag_max_seconds',
    'Largest lateness of the event loop since the last scrape.',
  ),
  eventLoopUsage: gauge(
    'nodejs_eventloop_utilization_ratio',
    'Share of time that the event loop was busy since the last scrape, 0 to 1.',
  ),
  heapUsed: gauge('nodejs_heap_size_used_bytes', 'JavaScript heap in use.'),
  externalMemory: gauge(
    'nodejs_external_memory_bytes',
    'Memory of buffers and other objects outside the JavaScript heap.',
  ),
  cpuSeconds: counter('process_cpu_seconds_total', 'User and system CPU time of the process.'),
  residentMemory: gauge('process_resident_memory_bytes', 'Resident memory of the process.'),
  startTime: gauge(
    'process_start_time_seconds',
    'When the process started, in seconds since 1970.',
  ),
};
