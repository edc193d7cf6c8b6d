import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitingClock } from '../../../gateway/cli/waiting-clock.ts';
import type { SimulatedFleet } from '../../../gateway/replay/fleet/simulated-fleet.ts';
import { watchedRun } from '../../../gateway/replay/watched-run.ts';
import { openTextClient } from '../../../gateway/wire/text-client.ts';
import { settings } from './builders.ts';
import { startLiveFleet } from './live-fleet.ts';

describe('a run against a gateway that was there', () => {
  const textClient = openTextClient({ connectMs: 1000, bodyBytesMax: 1e7 });
  const parts = { clock: waitingClock, textClient };
  let fleet: SimulatedFleet;
  beforeAll(async () => {
    fleet = await startLiveFleet();
  });
  afterAll(async () => {
    await fleet.stop();
    await textClient.close();
  });

  const options = () => ({
    ...settings(),
    url: fleet.url,
    speed: 1,
    signal: new AbortController().signal,
    onStart: () => undefined,
    onProgress: () => undefined,
  });

  it('asks its admin port what it decided and what it cost', async () => {
    const admin = { adminUrl: fleet.adminUrl, adminKey: undefined };
    const { results, receipts, gatewayCost } = await watchedRun(admin, options(), parts);

    expect(results).toHaveLength(20);
    expect(receipts?.size).toBe(10);
    expect(gatewayCost?.queueWaitMs).toBeGreaterThanOrEqual(0);
    expect(gatewayCost?.cpuMsPerToken).toBeGreaterThan(0);
    expect(gatewayCost?.firstToken).toBeUndefined();
  });

  it('asks nobody where no admin port is named', async () => {
    const outcome = await watchedRun(undefined, options(), parts);

    expect(outcome.complete).toBe(true);
    expect(outcome.receipts).toBeUndefined();
    expect(outcome.gatewayCost).toBeUndefined();
  });

  it('stands without what an admin port does not tell', async () => {
    // The data port has neither page.
    const admin = { adminUrl: fleet.url, adminKey: undefined };
    const { complete, receipts } = await watchedRun(admin, options(), parts);

    expect(complete).toBe(true);
    expect(receipts?.size).toBe(0);
  });
});
