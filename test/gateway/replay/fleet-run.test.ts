import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitingClock } from '../../../gateway/cli/waiting-clock.ts';
import type { FleetRunOptions } from '../../../gateway/replay/fleet-run.ts';
import { runOnFleet } from '../../../gateway/replay/fleet-run.ts';
import type { SimulatedFleet } from '../../../gateway/replay/fleet/simulated-fleet.ts';
import { openTextClient } from '../../../gateway/wire/text-client.ts';
import { settings } from './builders.ts';
import { LIVE_SPEED, startLiveFleet } from './live-fleet.ts';

describe('a run on a fleet', () => {
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

  const options = (fields: Partial<FleetRunOptions> = {}): FleetRunOptions => ({
    ...settings(),
    speed: LIVE_SPEED,
    probesCost: true,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...fields,
  });

  it('names the replica of every answer, and both take part', async () => {
    const { results, complete } = await runOnFleet(fleet, options(), parts);

    expect(complete).toBe(true);
    expect(new Set(results.map(({ replica }) => replica))).toEqual(
      new Set(['replica-0', 'replica-1']),
    );
  });

  it('watches client, gateway and every replica', async () => {
    const { lateness, samples } = await runOnFleet(fleet, options(), parts);

    expect(lateness.map(({ process, keepsPace }) => [process, keepsPace])).toEqual([
      ['client', false],
      ['gateway', false],
      ['replica-0', true],
      ['replica-1', true],
    ]);
    expect(new Set(samples.map(({ replica }) => replica))).toEqual(
      new Set(['replica-0', 'replica-1']),
    );
  });

  it('asks why the worst ten went where they did', async () => {
    const { receipts, results } = await runOnFleet(fleet, options({ probesCost: false }), parts);
    const ids = new Set(results.map(({ requestId }) => requestId));

    expect(receipts.size).toBe(10);
    expect([...receipts.keys()].every((id) => ids.has(id))).toBe(true);
    expect([...receipts.values()].every(([first]) => first?.replica?.startsWith('replica-'))).toBe(
      true,
    );
  });

  it('finds out what the gateway cost', async () => {
    const { gatewayCost } = await runOnFleet(fleet, options(), parts);

    expect(gatewayCost.cpuMsPerToken).toBeGreaterThan(0);
    expect(gatewayCost.queueWaitMs).toBeGreaterThanOrEqual(0);
    expect(gatewayCost.firstToken?.pairs).toBe(24);
    expect(gatewayCost.tokenGap?.pairs).toBe(24);
  });

  it('probes nothing where it is told not to', async () => {
    const { gatewayCost } = await runOnFleet(fleet, options({ probesCost: false }), parts);

    expect(gatewayCost.firstToken).toBeUndefined();
    expect(gatewayCost.cpuMsPerToken).toBeDefined();
  });

  it('probes nothing more once it was cut short', async () => {
    const interrupted = new AbortController();
    interrupted.abort();
    const { complete, gatewayCost } = await runOnFleet(
      fleet,
      options({ signal: interrupted.signal }),
      parts,
    );

    expect(complete).toBe(false);
    expect(gatewayCost.firstToken).toBeUndefined();
    expect(gatewayCost.cpuMsPerToken).toBeDefined();
  });
});
