/**
 * Attribute names of spans: HTTP conventions 1.x, GenAI conventions 0.1
 * (open-telemetry/semantic-conventions-genai). `gateway.*` are ours; durations are in seconds, as there.
 */
export const attributes = {
  serviceName: 'service.name',
  serviceVersion: 'service.version',
  serviceInstance: 'service.instance.id',
  method: 'http.request.method',
  route: 'http.route',
  status: 'http.response.status_code',
  error: 'error.type',
  requestId: 'gateway.request.id',
  tenant: 'gateway.tenant',
  dialect: 'gateway.dialect',
  refusal: 'gateway.refusal',
  traceDecision: 'gateway.trace.decision',
  attempts: 'gateway.attempts',
  queueWait: 'gateway.queue.wait',
  promptTokensEstimate: 'gateway.prompt.estimated_tokens',
  outputTokensEstimate: 'gateway.output.estimated_tokens',
  routePolicy: 'gateway.route.policy',
  routeCandidates: 'gateway.route.candidates',
  routeCostTotal: 'gateway.route.cost.total',
  routeReason: 'gateway.route.reason',
  timeToFirstToken: 'gateway.time_to_first_token',
  timePerOutputToken: 'gateway.time_per_output_token',
  gapP50: 'gateway.inter_token_latency.p50',
  gapP95: 'gateway.inter_token_latency.p95',
  gapMax: 'gateway.inter_token_latency.max',
  gapBounds: 'gateway.inter_token_latency.bounds',
  gapCounts: 'gateway.inter_token_latency.counts',
  stalls: 'gateway.stalls',
  gaps: 'gateway.gaps',
  pauses: 'gateway.engine.pauses',
  resumes: 'gateway.resumes',
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  model: 'gen_ai.request.model',
  streamed: 'gen_ai.request.stream',
  finishReasons: 'gen_ai.response.finish_reasons',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cachedTokens: 'gen_ai.usage.cache_read.input_tokens',
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  replica: 'gateway.replica',
  numaNode: 'gateway.numa_node',
  attempt: 'gateway.attempt',
} as const;

/** An attribute by the name that it has in our code. */
export type AttributeKey = keyof typeof attributes;

/** Which span bears an attribute; `resource` is on all of them. */
export type SpanPlace = 'resource' | 'server' | 'client';

/** What an attribute means, for people. */
export interface AttributeMeaning {
  readonly on: readonly SpanPlace[];
  readonly help: string;
}

/** Every attribute's meaning; where it says seconds, a double. */
export const attributeMeanings: Readonly<Record<AttributeKey, AttributeMeaning>> = {
  serviceName: { on: ['resource'], help: '`telemetry.serviceName`.' },
  serviceVersion: { on: ['resource'], help: 'Version of the gateway.' },
  serviceInstance: { on: ['resource'], help: 'Tells apart several gateways of one service.' },
  method: { on: ['server'], help: 'Method of the request.' },
  route: { on: ['server'], help: 'Path of the API, never what a client made up.' },
  status: { on: ['server'], help: 'Status that the client got; 499 where it left before.' },
  error: { on: ['server', 'client'], help: 'Code of the failure (docs/errors.md).' },
  requestId: { on: ['server'], help: 'What `gateway explain` and the log know it by.' },
  tenant: { on: ['server'], help: 'Whose key it came with.' },
  dialect: { on: ['server'], help: 'How the client speaks.' },
  refusal: { on: ['server'], help: 'What in particular refused it.' },
  traceDecision: { on: ['server'], help: 'Why these spans were kept: failed, slow, asked, drawn.' },
  attempts: { on: ['server'], help: 'Attempts made.' },
  queueWait: { on: ['server'], help: 'Admission to a place on a replica, in seconds.' },
  promptTokensEstimate: { on: ['server'], help: 'Prompt tokens that routing reckoned with.' },
  outputTokensEstimate: { on: ['server'], help: 'Output tokens that routing reckoned with.' },
  routePolicy: { on: ['server'], help: 'Policy that decided.' },
  routeCandidates: { on: ['server'], help: 'Replicas that it picked from.' },
  routeCostTotal: {
    on: ['server'],
    help: 'What the pick cost, in seconds; each term stands beside it under its name, such as `gateway.route.cost.prefill_wait`.',
  },
  routeReason: {
    on: ['server'],
    help: 'The decision in one line of at most 2,000 bytes: costs, who was dropped, the wait.',
  },
  timeToFirstToken: { on: ['server'], help: 'Request received to first output, in seconds.' },
  timePerOutputToken: { on: ['server'], help: 'Mean time per token after the first, in seconds.' },
  gapP50: { on: ['server'], help: 'Median gap between two outputs, in seconds.' },
  gapP95: { on: ['server'], help: '95th percentile of the gaps, in seconds.' },
  gapMax: { on: ['server'], help: 'Largest gap, in seconds.' },
  gapBounds: { on: ['server'], help: 'Upper bounds of the buckets of `…counts`, in seconds.' },
  gapCounts: { on: ['server'], help: 'Gaps in each bucket; a last one counts those above all.' },
  stalls: {
    on: ['server'],
    help: 'Gaps above `routing.goodTokenGapMs` and four times the median of their own stream.',
  },
  gaps: {
    on: ['server'],
    help: 'Every gap, coded in at most 2,000 bytes: `gateway trace decode` reads it.',
  },
  pauses: { on: ['server'], help: 'Times the engine was paused since the client read slowly.' },
  resumes: { on: ['server'], help: 'Times the stream broke and went on at another replica.' },
  operation: { on: ['client'], help: '`chat`, `text_completion`, `embeddings` and the like.' },
  provider: { on: ['client'], help: 'The engine, such as `vllm`.' },
  model: { on: ['client'], help: 'Model as the client named it.' },
  streamed: { on: ['client'], help: 'Whether the answer was asked for as a stream.' },
  finishReasons: { on: ['client'], help: 'Why the engine ended it.' },
  inputTokens: { on: ['client'], help: 'Prompt tokens as the engine counted them.' },
  outputTokens: { on: ['client'], help: 'Output tokens, as the engine told or as they came.' },
  cachedTokens: { on: ['client'], help: 'Prompt tokens that the engine found in its cache.' },
  timeToFirstChunk: {
    on: ['client'],
    help: 'Start of the attempt to its first output, in seconds.',
  },
  serverAddress: { on: ['client'], help: 'Host of the replica.' },
  serverPort: { on: ['client'], help: 'Port of the replica.' },
  replica: { on: ['client'], help: 'The replica, as metrics name it.' },
  numaNode: { on: ['client'], help: 'NUMA node that the replica is pinned to, where it is known.' },
  attempt: { on: ['client'], help: 'Which attempt it is, from 1.' },
};

/** The attribute of one term of a cost, such as `prefill-wait`. */
export function costAttribute(cost: string): string {
  return `gateway.route.cost.${cost.replaceAll('-', '_')}`;
}
