import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitingClock } from '../../../../gateway/cli/waiting-clock.ts';
import { probeCost } from '../../../../gateway/replay/fleet/cost-probe.ts';
import type { SimulatedFleet } from '../../../../gateway/replay/fleet/simulated-fleet.ts';
import { PromptMaker } from '../../../../gateway/replay/prompt.ts';
import { presetNamed, settings } from '../builders.ts';
import { startLiveFleet } from '../live-fleet.ts';

describe('a probe of what the gateway costs', () => {
  let fleet: SimulatedFleet;
  beforeAll(async () => {
    fleet = await startLiveFleet(['sglang-0.2.14-8xh100-tp8']);
  });
  afterAll(() => fleet.stop());

  const load = {
    ...settings(),
    model: presetNamed('sglang-0.2.14-8xh100-tp8').model,
    prompts: new PromptMaker(1),
    headers: { 'content-type': 'application/json', 'x-gateway-replica': '1' },
    speed: 3,
  };

  it('pairs each request through the gateway with one straight to a replica', async () => {
    const replicaUrl = fleet.replicas[0]?.url ?? '';
    const pairs = await probeCost({ gatewayUrl: fleet.url, replicaUrl, load }, waitingClock);

    expect(pairs).toHaveLength(24);
    for (const { through, direct } of pairs) {
      expect(through).toMatchObject({
        succeeded: true,
        retokenizedTokens: 9,
        replica: 'replica-0',
      });
      expect(direct).toMatchObject({ succeeded: true, retokenizedTokens: 9, replica: undefined });
    }
  });

  it('tells failures as such', async () => {
    const broken = { ...load, format: { ...load.format, path: '/nowhere' } };
    const replicaUrl = fleet.replicas[0]?.url ?? '';
    const pairs = await probeCost(
      { gatewayUrl: fleet.url, replicaUrl, load: broken },
      waitingClock,
    );

    expect(pairs.every(({ through, direct }) => !through.succeeded && !direct.succeeded)).toBe(
      true,
    );
  });
});
