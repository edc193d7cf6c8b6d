/** One metric family: its name as Prometheus reads it, and what it means. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Base unit in the plural, as the name ends in it; empty for plain counts. */
  readonly unit: string;
  readonly help: string;
  /** Labels it may carry, beside `le`. */
  readonly labels: readonly string[];
}

/** Label names. Those that stand for an attribute of the conventions bear its name, dots written as underscores. */
export const labels = {
  operation: 'gen_ai_operation_name',
  model: 'gen_ai_request_model',
  error: 'error_type',
  route: 'http_route',
  status: 'http_response_status_code',
  replica: 'replica',
  engine: 'engine',
  tenant: 'tenant',
  source: 'source',
  reason: 'reason',
  state: 'state',
  event: 'event',
  outcome: 'outcome',
  version: 'version',
  policy: 'policy',
  agrees: 'agrees',
  judge: 'judge',
  part: 'part',
  service: 'service',
  decision: 'decision',
  engineVersion: 'engine_version',
  numaNode: 'numa_node',
  gpu: 'gpu',
  gpuName: 'gpu_name',
  uuid: 'uuid',
  xid: 'xid',
} as const;

/** A distribution of durations or ratios. */
export function histogram(
  name: string,
  help: string,
  names: readonly string[] = [],
): MetricDefinition {
  return { name, type: 'histogram', unit: unitOf(name), help, labels: names };
}

/** A sum that only rises. */
export function counter(
  name: string,
  help: string,
  names: readonly string[] = [],
): MetricDefinition {
  return { name, type: 'counter', unit: unitOf(name), help, labels: names };
}

/** A figure of the moment. */
export function gauge(name: string, help: string, names: readonly string[] = []): MetricDefinition {
  return { name, type: 'gauge', unit: unitOf(name), help, labels: names };
}

function unitOf(name: string): string {
  return /_(seconds|bytes|tokens|ratio|watts|celsius|hertz)(_total)?$/u.exec(name)?.[1] ?? '';
}
