import type { AskSmi } from '../../telemetry/gpu/nvidia-smi.ts';
import { SAMPLE_FIELDS } from '../../telemetry/gpu/gpu-sample.ts';

/** Values of one GPU by field; what is not named has a sound one. */
export type GpuValues = Readonly<Record<string, string>>;

/** UUID of the GPU of an index. */
export function uuidOf(index: number): string {
  return `GPU-0000000${index}-0000-0000-0000-000000000000`;
}

/** Bus, device and function of the GPU of an index. */
function busIdOf(index: number): string {
  return `00000000:${(0x1b + index).toString(16).toUpperCase()}:00.0`;
}

/** What a driver of the 590s says of a sound H100 under load. */
export function gpuValues(index: number, values: GpuValues = {}): GpuValues {
  return {
    index: String(index),
    uuid: uuidOf(index),
    'pci.bus_id': busIdOf(index),
    name: 'NVIDIA H100 80GB HBM3',
    'memory.used': '71234',
    'memory.total': '81559',
    'power.draw': '612.35',
    'temperature.gpu': '61',
    'clocks.current.sm': '1755',
    'utilization.gpu': '98',
    'clocks_event_reasons.active': '0x0000000000000004',
    'clocks_throttle_reasons.active': '0x0000000000000004',
    'ecc.errors.uncorrected.volatile.total': '0',
    'remapped_rows.pending': 'No',
    'remapped_rows.failure': 'No',
    gpu_recovery_action: 'None',
    'mig.mode.current': 'Disabled',
    ...values,
  };
}

/** The page of fields, those of a current driver unless told otherwise. */
export function helpPage(fields: readonly string[] = SAMPLE_FIELDS): string {
  return fields.map((field) => `"${field}"\nWhat it means.\n`).join('\n');
}

/** The rows of a query, each with the values of the fields that were asked. */
export function rowsOf(gpus: readonly GpuValues[], query: string): string {
  const fields = query.replace('--query-gpu=', '').split(',');
  return gpus.map((gpu) => fields.map((field) => gpu[field] ?? '[N/A]').join(', ')).join('\n');
}

/** A machine whose GPUs can be changed between two looks. */
export class FakeGpus {
  values: GpuValues[];
  /** Said besides, as by a driver that has lost one. */
  complaint: string | undefined;
  /** It then answers nothing. */
  problem: string | undefined;
  fields: readonly string[] = SAMPLE_FIELDS;
  list = '';
  readonly asked: string[] = [];

  constructor(count: number) {
    this.values = Array.from({ length: count }, (_, index) => gpuValues(index));
  }

  /** Changes what one says. */
  set(index: number, values: GpuValues): void {
    this.values = this.values.map((gpu, at) => (at === index ? { ...gpu, ...values } : gpu));
  }

  readonly ask: AskSmi = ([first = '']) => {
    this.asked.push(first);
    if (this.problem !== undefined) return Promise.resolve({ text: '', problem: this.problem });
    if (first === '-L') return Promise.resolve({ text: this.list });
    if (first === '--help-query-gpu') return Promise.resolve({ text: helpPage(this.fields) });
    const text = rowsOf(this.values, first);
    if (this.complaint === undefined) return Promise.resolve({ text });
    return Promise.resolve({ text: `${text}\n${this.complaint}`, problem: 'it failed (exit 15)' });
  };
}
