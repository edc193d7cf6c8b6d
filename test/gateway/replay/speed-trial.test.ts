import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitingClock } from '../../../gateway/cli/waiting-clock.ts';
import type { SimulatedFleet } from '../../../gateway/replay/fleet/simulated-fleet.ts';
import { measure } from '../../../gateway/replay/measures.ts';
import { lateProcesses } from '../../../gateway/replay/keep-up.ts';
import { trySpeed } from '../../../gateway/replay/speed-trial.ts';
import type { SpeedTrial } from '../../../gateway/replay/speed-trial.ts';
import { openTextClient } from '../../../gateway/wire/text-client.ts';
import { aResult, aRun, settings } from './builders.ts';
import { LIVE_SPEED, startLiveFleet } from './live-fleet.ts';

describe('a trial of the machine', () => {
  const textClient = openTextClient({ connectMs: 5000, bodyBytesMax: 1e7 });
  let fleet: SimulatedFleet;
  beforeAll(async () => {
    fleet = await startLiveFleet();
  });
  afterAll(async () => {
    await fleet.stop();
    await textClient.close();
  });

  /** A trial for a run whose tokens will come `gapMs` apart. */
  function tried(gapMs: number, signal = new AbortController().signal): Promise<SpeedTrial> {
    const results = [aResult({ interTokenMs: Float64Array.of(gapMs) })];
    const expected = aRun({ results, measures: measure(results, 1000) });
    return trySpeed(
      fleet,
      { ...settings(), speed: LIVE_SPEED, expected },
      { clock: waitingClock, textClient, signal, onProgress: () => undefined },
    );
  }

  it('finds nobody late for steps that take minutes', async () => {
    expect(await tried(1e8)).toMatchObject({ stepMs: 1e8 / LIVE_SPEED, late: [] });
  });

  it('watches everybody, and finds whoever is late for steps of next to nothing', async () => {
    const { lateness, late, stepMs } = await tried(1e-3);

    expect(late).toEqual(lateProcesses(lateness, stepMs));
    const replicas = lateness.filter(({ process }) => process.startsWith('replica-'));
    expect(replicas).toHaveLength(2);
    expect(replicas.reduce((sum, { samples = 0 }) => sum + samples, 0)).toBeGreaterThan(0);
  });

  it('ends at once when it is interrupted', async () => {
    const interrupted = new AbortController();
    interrupted.abort();

    expect(await tried(1e8, interrupted.signal)).toMatchObject({ late: [] });
  });
});
