import { jsonAnswer, type PlainAnswer } from '../plain-answer.ts';
import type { ReplicaView } from '../replica-view.ts';
import type { Page } from './protocol.ts';

/** `GET /v1/loads`, as JSON or, with `format=prometheus`, as gauges. `timestamp` of a load tells when it was written. */
export const loadsPage: Page = (replica, { query }) =>
  query.get('format') === 'prometheus' ? loadsAsGauges(replica) : loadsAsJson(replica);

function loadsAsJson(replica: ReplicaView): PlainAnswer {
  const { load: core, memory, disaggregation, queues } = readLoads(replica);
  return jsonAnswer(200, {
    timestamp: new Date(replica.nowSeconds() * 1000).toISOString().replace('Z', '+00:00'),
    version: replica.preset.engineVersion,
    accelerator: replica.preset.hardware,
    num_accelerators: replica.preset.gpuCount,
    loads: [{ ...core, memory, disaggregation, queues }],
  });
}

function loadsAsGauges(replica: ReplicaView): PlainAnswer {
  const { load, memory, disaggregation, queues } = readLoads(replica);
  const lines = [
    ...gaugeLines('sglang', load),
    ...gaugeLines('sglang_memory', memory),
    ...gaugeLines('sglang_disagg', disaggregation),
    ...gaugeLines('sglang_queues', queues),
  ];
  const contentType = 'text/plain; version=0.0.4; charset=utf-8';
  return { status: 200, contentType, body: `${lines.join('\n')}\n` };
}

function gaugeLines(prefix: string, values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values)
    .filter(([name, value]) => name !== 'dp_rank' && typeof value === 'number')
    .flatMap(([name, value]) => [
      `# TYPE ${prefix}_${name} gauge`,
      `${prefix}_${name}{dp_rank="0"} ${String(value)}`,
    ]);
}

interface Loads {
  readonly load: Readonly<Record<string, number | readonly number[]>>;
  readonly memory: Readonly<Record<string, number>>;
  readonly disaggregation: Readonly<Record<string, number | string>>;
  readonly queues: Readonly<Record<string, number>>;
}

function readLoads(replica: ReplicaView): Loads {
  const { load, takenAtMs } = replica.loadsGauges();
  const uncached = load.promptTokensTotal - load.cachedTokensTotal;
  return {
    load: {
      timestamp: replica.secondsAt(takenAtMs),
      dp_rank: 0,
      num_running_reqs: load.runningRequests,
      num_waiting_reqs: load.waitingRequests,
      num_waiting_uncached_tokens: load.waitingTokens,
      num_used_tokens: load.usedTokens,
      num_total_tokens: load.usedTokens + load.waitingTokens,
      num_active_tokens: load.usedTokens,
      num_prealloc_ready_tokens: 0,
      max_total_num_tokens: load.capacityTokens,
      max_running_requests: replica.preset.runningSequencesMax,
      token_usage: round4(load.usedTokens / load.capacityTokens),
      gen_throughput: 0,
      cache_hit_rate: round4(load.cachedTokensTotal / Math.max(1, load.promptTokensTotal)),
      // Real ones say 0 whatever the load: the divisor is never set.
      utilization: 0,
      total_prefill_uncached_tokens: uncached,
      total_prefill_busy_us: 0,
      decode_moments: [0, 0, 0, 0, 0, 0],
    },
    memory: { weight_gb: 0, kv_cache_gb: 0, graph_gb: 0, token_capacity: load.capacityTokens },
    disaggregation: {
      mode: 'null',
      prefill_bootstrap_queue_reqs: 0,
      prefill_inflight_queue_reqs: 0,
      decode_prealloc_queue_reqs: 0,
      decode_transfer_queue_reqs: 0,
      decode_retracted_queue_reqs: 0,
      kv_transfer_speed_gb_s: 0,
      kv_transfer_latency_ms: 0,
    },
    queues: {
      waiting: load.waitingRequests,
      grammar: 0,
      paused: 0,
      retracted: 0,
      prealloc_ready: 0,
    },
  };
}

function round4(share: number): number {
  return Math.round(share * 1e4) / 1e4;
}
