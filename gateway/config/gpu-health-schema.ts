import { z } from 'zod';

import { file, whole } from './setting-kinds.ts';
import type { GpuHealthSettings } from './settings.ts';

const HOUR_MS = 3_600_000;

/** How the GPUs of this machine are watched. */
export const gpuHealthSchema: z.ZodType<GpuHealthSettings> = z.strictObject({
  // nvidia-smi takes up to 2 s for eight GPUs.
  intervalMs: whole({ min: 100, max: HOUR_MS })
    .default(5_000)
    .describe('Between two looks at the GPUs of this machine, where replicas name theirs.'),
  timeoutMs: whole({ min: 100, max: HOUR_MS })
    .default(10_000)
    .describe('For one answer of nvidia-smi, which hangs where a driver is sick.'),
  drainsSick: z
    .boolean()
    .default(true)
    .describe(
      'Gives a replica nothing more while one of its GPUs is sick, as long as half of the fleet serves.',
    ),
  nvidiaSmi: file.default('nvidia-smi').describe('The program that tells of the GPUs.'),
  kernelLog: file
    .default('/dev/kmsg')
    .describe('Where the kernel writes XIDs: the device, or a file; nothing is lost without it.'),
});
