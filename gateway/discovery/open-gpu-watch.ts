import { GpuBoard } from '../../telemetry/gpu/gpu-board.ts';
import { KernelLog } from '../../telemetry/gpu/kernel-log.ts';
import { openNvidiaSmi } from '../../telemetry/gpu/nvidia-smi.ts';
import { SystemFiles } from '../../telemetry/gpu/system-files.ts';
import type { GpuHealthSettings } from '../config/settings.ts';
import type { GpuWatchParts } from './gpu-watch.ts';
import { GpuWatch } from './gpu-watch.ts';

/** A watch over the GPUs of this machine, by its own nvidia-smi, kernel log and sysfs. */
export function openGpuWatch(
  { nvidiaSmi, kernelLog, ...limits }: GpuHealthSettings,
  parts: Omit<GpuWatchParts, 'board' | 'limits'>,
): GpuWatch {
  const board = new GpuBoard({
    ask: openNvidiaSmi({ path: nvidiaSmi, timeoutMs: limits.timeoutMs }),
    kernelLog: new KernelLog(kernelLog),
    files: new SystemFiles('/'),
  });
  return new GpuWatch({ ...parts, board, limits });
}
