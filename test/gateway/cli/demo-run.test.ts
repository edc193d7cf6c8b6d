import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeDemoRun } from '../../../gateway/cli/demo-run.ts';
import { waitingClock } from '../../../gateway/cli/waiting-clock.ts';
import type { RunParts } from '../../../gateway/replay/perform-run.ts';
import type { ReplayPlan } from '../../../gateway/replay/replay-settings.ts';
import { openTextClient } from '../../../gateway/wire/text-client.ts';
import { aFleet, settings } from '../replay/builders.ts';

/** Three processes of Node, perhaps twice, on a busy machine. */
const PROCESSES_MS_MAX = 60_000;

const plan = (speed: number): ReplayPlan => ({
  settings: settings(),
  target: { kind: 'simulated', fleet: aFleet({ speed }) },
  reproduced: undefined,
});

describe('the run of a demo', { timeout: PROCESSES_MS_MAX }, () => {
  const textClient = openTextClient({ connectMs: 5000, bodyBytesMax: 1e7 });
  let told = '';
  beforeEach(() => {
    told = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      told += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const parts = (signal = new AbortController().signal): RunParts => ({
    clock: waitingClock,
    textClient,
    signal,
    onProgress: () => undefined,
  });

  it('says what it starts, and that it is extrapolated', async () => {
    const run = await makeDemoRun(plan(0.5), parts(AbortSignal.abort()));

    expect(told).toContain(
      'replica-1: simulated sglang 0.2.14 on 4×H100, tensor parallel 4, extrapolated',
    );
    expect(run.complete).toBe(false);
    expect(process.listenerCount('exit')).toBeLessThan(10);
  });

  it('goes on at a lower speed where the machine is late at the one that is wanted', async () => {
    // A step of a hundredth of a millisecond is more than any timer holds.
    const run = await makeDemoRun(plan(100), parts());

    expect(told).toMatch(/This machine is late at speed 100 \(P99: .*replica-0/u);
    expect(told).toContain('going on at speed 83.');
    expect(run).toMatchObject({ complete: true, speed: 83, target: 'simulated' });
  });

  it('needs replicas of its own', async () => {
    const url: ReplayPlan = { ...plan(1), target: { kind: 'url', url: 'http://127.0.0.1:9' } };

    await expect(makeDemoRun(url, parts())).rejects.toThrow('brings its own replicas');
  });
});
