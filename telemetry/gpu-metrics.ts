import type { MetricDefinition } from './metric-definition.ts';
import { counter, gauge, labels } from './metric-definition.ts';

/** The metrics of GPUs by our own names. */
export type GpuMetricKey =
  | 'gpuInfo'
  | 'gpuState'
  | 'gpuFindings'
  | 'gpuXids'
  | 'gpuUncorrectedErrors'
  | 'gpuThrottled'
  | 'gpuTemperature'
  | 'gpuPower'
  | 'gpuSmClock'
  | 'gpuMemoryUsed'
  | 'gpuMemoryTotal'
  | 'gpuUtilization'
  | 'gpuReadingAge';

/** Which GPU, where it is, and the replicas that run on it, with commas between several. */
const identity = [labels.gpu, labels.numaNode, labels.replica];

/** What is told of the GPUs of this machine where replicas name theirs; part of the one list in `semconv.ts`. */
export const gpuMetrics: Readonly<Record<GpuMetricKey, MetricDefinition>> = {
  gpuInfo: gauge('gateway_gpu_info', 'Always 1; the labels tell what a GPU is.', [
    ...identity,
    labels.uuid,
    labels.gpuName,
  ]),
  gpuState: gauge(
    'gateway_gpu_state',
    '1 for how a GPU is: healthy, warning, or sick; the replicas of a sick one are given nothing more.',
    [...identity, labels.state],
  ),
  gpuFindings: gauge(
    'gateway_gpu_findings',
    '1 for each thing that a GPU has: lost, fault, recovery, rows-exhausted, ecc and most xid make it sick; row-pending, throttled, unreadable and the other xid are warnings.',
    [...identity, labels.reason],
  ),
  gpuXids: counter(
    'gateway_gpu_xids_total',
    'XIDs of a GPU that stood in the kernel log since the gateway came, by their codes.',
    [...identity, labels.xid],
  ),
  gpuUncorrectedErrors: gauge(
    'gateway_gpu_uncorrected_errors',
    'Memory errors that could not be corrected since the driver was loaded or the GPU was reset.',
    identity,
  ),
  gpuThrottled: gauge(
    'gateway_gpu_throttled',
    '1 for each reason why a GPU is slowed: sw-power-cap (by design, of any busy one), hw-slowdown, sw-thermal, hw-thermal, power-brake.',
    [...identity, labels.reason],
  ),
  gpuTemperature: gauge('gateway_gpu_temperature_celsius', 'Temperature of a GPU.', identity),
  gpuPower: gauge('gateway_gpu_power_watts', 'Power that a GPU draws.', identity),
  gpuSmClock: gauge(
    'gateway_gpu_sm_clock_hertz',
    'Clock of the streaming multiprocessors of a GPU.',
    identity,
  ),
  gpuMemoryUsed: gauge('gateway_gpu_memory_used_bytes', 'Memory of a GPU in use.', identity),
  gpuMemoryTotal: gauge('gateway_gpu_memory_total_bytes', 'Memory of a GPU.', identity),
  gpuUtilization: gauge(
    'gateway_gpu_utilization_ratio',
    'Share of time in which anything ran on a GPU, 0 to 1. No sign of load, since one stream shows 1: nothing is routed by it.',
    identity,
  ),
  gpuReadingAge: gauge(
    'gateway_gpu_reading_age_seconds',
    'Time since nvidia-smi last told of a GPU, or since the gateway came; there where a replica names GPUs.',
  ),
};
