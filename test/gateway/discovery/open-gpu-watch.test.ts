import { describe, expect, it } from 'vitest';

import { openGpuWatch } from '../../../gateway/discovery/open-gpu-watch.ts';
import { ManualClock } from '../../support/clock.ts';
import { LogNotes } from '../../support/log-notes.ts';
import { pass } from '../../support/passing-time.ts';

describe('the watch over the GPUs of this machine', () => {
  it('asks the program and the log that the settings name', async () => {
    const clock = new ManualClock();
    const log = new LogNotes();
    const settings = {
      intervalMs: 5_000,
      timeoutMs: 1_000,
      drainsSick: true,
      nvidiaSmi: '/nowhere/nvidia-smi',
      kernelLog: '/nowhere/kmsg',
    };
    const users = (): readonly { id: string; gpus: string[] }[] => [{ id: 'one', gpus: ['0'] }];
    const watch = openGpuWatch(settings, { clock, users, judged: () => undefined, log });
    watch.start();
    const reasons = (): unknown[] =>
      log.notes.map(({ fields }) => (fields as { readonly reason?: unknown }).reason);
    await expect
      .poll(async () => {
        await pass(clock, 10);
        return reasons();
      })
      .toEqual(['there is no /nowhere/nvidia-smi', 'there is no /nowhere/kmsg']);
    await watch.stop();

    expect(watch.readings().gpus).toEqual([]);
  });
});
