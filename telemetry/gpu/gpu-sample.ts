import type { GpuRow } from './gpu-query.ts';
import { faultIn, numberIn } from './gpu-query.ts';
import { pciAddress } from './pci-devices.ts';
import type { ThrottleReason } from './throttling.ts';
import { parseThrottling } from './throttling.ts';

/** What one GPU says of itself at one look. What its driver does not tell is absent. */
export interface GpuSample {
  /** As nvidia-smi counts. */
  readonly index: number;
  readonly uuid?: string;
  /** As sysfs writes it, `0000:1b:00.0`. */
  readonly address?: string;
  readonly name?: string;
  readonly memoryUsedMib?: number;
  readonly memoryTotalMib?: number;
  readonly powerWatts?: number;
  readonly temperatureCelsius?: number;
  readonly smClockMhz?: number;
  /** Share of time in which anything ran on it, 0 to 1; no sign of load, since one stream shows 1. */
  readonly usage?: number;
  readonly throttling: readonly ThrottleReason[];
  /** Memory errors that could not be corrected, since the driver was loaded or the GPU was reset. */
  readonly uncorrectedErrors?: number;
  /** A bad row of memory is put out of use at the next reset. */
  readonly rowRemapPending: boolean;
  /** It has more bad rows than spare ones. */
  readonly rowRemapFailed: boolean;
  /** What its driver asks for, such as `Reset`; absent where it asks for nothing. */
  readonly recovery?: string;
  /** What it gives in place of a value, such as `GPU requires reset`. */
  readonly fault?: string;
}

/** The spelling of old drivers stands beside that of current ones. */
const THROTTLING = ['clocks_event_reasons.active', 'clocks_throttle_reasons.active'];

/** Every field that a sample is made from. */
export const SAMPLE_FIELDS: readonly string[] = [
  'index',
  'uuid',
  'pci.bus_id',
  'name',
  'memory.used',
  'memory.total',
  'power.draw',
  'temperature.gpu',
  'clocks.current.sm',
  'utilization.gpu',
  ...THROTTLING,
  'ecc.errors.uncorrected.volatile.total',
  'remapped_rows.pending',
  'remapped_rows.failure',
  'gpu_recovery_action',
  'mig.mode.current',
];

/** Makes a sample of a row of a query without units; `undefined` where it does not even tell which GPU it is. */
export function sampleOf(row: GpuRow): GpuSample | undefined {
  const index = numberIn(row, 'index');
  if (index === undefined) return undefined;
  const uuid = row.get('uuid');
  const busId = row.get('pci.bus_id');
  const usage = numberIn(row, 'utilization.gpu');
  const recovery = row.get('gpu_recovery_action') ?? 'None';
  return definedOf({
    index,
    uuid: uuid?.startsWith('GPU-') === true ? uuid : undefined,
    address: busId?.includes(':') === true ? pciAddress(busId) : undefined,
    name: row.get('name'),
    memoryUsedMib: numberIn(row, 'memory.used'),
    memoryTotalMib: numberIn(row, 'memory.total'),
    powerWatts: numberIn(row, 'power.draw'),
    temperatureCelsius: numberIn(row, 'temperature.gpu'),
    smClockMhz: numberIn(row, 'clocks.current.sm'),
    usage: usage === undefined ? undefined : usage / 100,
    throttling: parseThrottling(THROTTLING.map((field) => row.get(field)).find(isTold) ?? ''),
    uncorrectedErrors: numberIn(row, 'ecc.errors.uncorrected.volatile.total'),
    rowRemapPending: row.get('remapped_rows.pending') === 'Yes',
    rowRemapFailed: row.get('remapped_rows.failure') === 'Yes',
    recovery: recovery === 'None' || recovery.startsWith('[') ? undefined : recovery,
    fault: faultIn(row),
  });
}

function isTold(value: string | undefined): boolean {
  return value !== undefined;
}

type Loose<Shape> = { readonly [Key in keyof Shape]: Shape[Key] | undefined };

/** The same without members that are `undefined`. */
function definedOf(sample: Loose<Required<GpuSample>>): GpuSample {
  return Object.fromEntries(
    Object.entries(sample).filter(([, value]) => value !== undefined),
  ) as unknown as GpuSample;
}
