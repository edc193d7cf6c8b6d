import { describe, expect, it } from 'vitest';

import { waitingClock } from '../../../gateway/cli/waiting-clock.ts';
import { untilEnded } from '../../../gateway/launch/launcher-process.ts';
import { openLaunch } from '../../../gateway/launch/open-launch.ts';
import type { LaunchSettings } from '../../../gateway/config/settings.ts';
import { engineArgv, enginesOf, freePort, TemporaryFolder } from '../../support/launched/plans.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 60_000;

describe('a launch that is opened', { timeout: PROCESS_MS_MAX }, () => {
  it('starts what the settings list, and adopts it the next time', async () => {
    using folder = new TemporaryFolder();
    const port = await freePort();
    const replica = { id: 'one', engine: 'vllm', model: 'm', port, argv: engineArgv(port) };
    const settings: LaunchSettings = {
      readyMsMax: 30_000,
      stopMsMax: 1_000,
      replicas: [{ ...replica, gpus: [], memoryNodes: [], environment: {} }],
    };
    const parts = { dir: folder.dir, clock: waitingClock, tell: () => undefined };

    const first = await openLaunch(settings, parts);
    const second = await openLaunch(settings, parts);
    const { replicas } = await second.client.state();

    expect([...first.adopted]).toEqual([]);
    expect([...second.adopted]).toEqual(['one']);
    expect(second.targets.map(({ url }) => url)).toEqual([`http://127.0.0.1:${port}`]);
    expect(replicas.map(({ plan }) => plan.id)).toEqual(['one']);

    await second.client.stop();
    await untilEnded(second.client, waitingClock);
    expect(enginesOf(folder.dir)).toEqual([]);
  });
});
