import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitingClock } from '../../../gateway/cli/waiting-clock.ts';
import { baselines } from '../../../gateway/replay/baselines.ts';
import type { SimulatedFleet } from '../../../gateway/replay/fleet/simulated-fleet.ts';
import type { RunParts } from '../../../gateway/replay/perform-run.ts';
import {
  performOnFleet,
  performRun,
  performVirtually,
} from '../../../gateway/replay/perform-run.ts';
import type { ReplayPlan } from '../../../gateway/replay/replay-settings.ts';
import { openTextClient } from '../../../gateway/wire/text-client.ts';
import { aFleet, presetNamed, settings } from './builders.ts';
import { LIVE_SPEED, startLiveFleet } from './live-fleet.ts';

const textClient = openTextClient({ connectMs: 1000, bodyBytesMax: 1e7 });
afterAll(() => textClient.close());

const parts: RunParts = {
  clock: waitingClock,
  textClient,
  signal: new AbortController().signal,
  onProgress: () => undefined,
};

const virtualPlan: ReplayPlan = {
  settings: settings(),
  target: { kind: 'virtual', fleet: aFleet() },
  reproduced: undefined,
};

describe('a virtual run', () => {
  it('is at speed 1, sampled and complete', async () => {
    const run = await performRun(virtualPlan, parts);

    expect(run).toMatchObject({ target: 'virtual', speed: 1, complete: true });
    expect(run.measures.completedRequests).toBe(20);
    expect(run.samples.length).toBeGreaterThan(0);
    expect(run.lateness).toEqual([]);
  });

  it('is the same for any target with the same replicas', () => {
    const { measures } = performVirtually(virtualPlan, aFleet());
    const simulated = performVirtually(
      { ...virtualPlan, target: { kind: 'simulated', fleet: aFleet() } },
      aFleet(),
    );

    expect(simulated.measures).toEqual(measures);
    expect(simulated.target).toBe('virtual');
  });

  it('says which published run it makes again', () => {
    const presets = [presetNamed('sglang-0.2.14-8xh100-tp8')];
    const fleet = aFleet({ presets, admission: 'pass-through' });
    const run = performVirtually({ ...virtualPlan, reproduced: baselines[0] }, fleet);

    expect(run.notes[0]).toContain('SGLang 0.2.14 again: simulated, calibrated on this run');
  });
});

describe('a run on processes', () => {
  let running: SimulatedFleet;
  beforeAll(async () => {
    running = await startLiveFleet();
  });
  afterAll(() => running.stop());

  it('on a fleet that is up tells its speed and leaves it up', async () => {
    const fleet = aFleet({ speed: LIVE_SPEED });
    const run = await performOnFleet(running, { ...virtualPlan, fleet }, parts);

    expect(run).toMatchObject({ target: 'simulated', speed: LIVE_SPEED, complete: true });
    expect((await fetch(`${running.url}/health`)).status).toBe(200);
  });

  it('of a server that is there knows nothing of replicas’ load', async () => {
    const plan = { ...virtualPlan, target: { kind: 'url', url: running.url } } as const;
    const run = await performRun(plan, parts);

    expect(run).toMatchObject({ target: 'url', speed: 1, samples: [], gatewayCost: undefined });
    expect(run.lateness.map(({ process }) => process)).toEqual(['client']);
  });
});
