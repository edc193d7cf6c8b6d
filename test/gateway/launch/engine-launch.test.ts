import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { LauncherClient, PROTOCOL } from '../../../deploy/launcher.ts';
import type { PlannedReplica } from '../../../deploy/planned-replica.ts';
import { readProcess } from '../../../deploy/launch/process-table.ts';
import { waitingClock } from '../../../gateway/cli/waiting-clock.ts';
import type { LaunchSettings } from '../../../gateway/config/settings.ts';
import { EngineLaunch } from '../../../gateway/launch/engine-launch.ts';
import {
  aPlan,
  engineArgv,
  enginesOf,
  freePort,
  TemporaryFolder,
} from '../../support/launched/plans.ts';
import { aLaunchedReplica, aLauncherState } from '../../support/launched/states.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 60_000;

function settingsOf(...replicas: readonly (readonly [id: string, port: number])[]): LaunchSettings {
  const rest = { engine: 'vllm', model: 'm', gpus: [], memoryNodes: [], environment: {} };
  return {
    readyMsMax: 30_000,
    stopMsMax: 1_000,
    replicas: replicas.map(([id, port]) => ({ ...rest, id, port, argv: engineArgv(port) })),
  };
}

describe('a launch of engines', { timeout: PROCESS_MS_MAX }, () => {
  function aLaunch(folder: TemporaryFolder, settings: LaunchSettings): EngineLaunch {
    return new EngineLaunch(settings, {
      dir: folder.dir,
      clock: waitingClock,
      tell: () => undefined,
    });
  }

  async function runningIn(folder: TemporaryFolder): Promise<readonly string[]> {
    const { replicas } = await new LauncherClient(folder.dir.socket).state();
    return replicas.filter(({ phase }) => phase !== 'stopping').map(({ plan }) => plan.id);
  }

  /** Has the engines run for the process that started this one, as another gateway would. */
  async function runForAnother(folder: TemporaryFolder, plans: readonly PlannedReplica[]) {
    const pid = process.ppid;
    const owner = { pid, startTicks: readProcess(pid)?.startTicks ?? 0 };
    const limits = { readyMsMax: 30_000, stopMsMax: 1_000 };
    const wanted = { protocol: PROTOCOL, owner, replicas: plans, limits };
    await new LauncherClient(folder.dir.socket).apply(wanted);
  }

  it('starts what the settings list, adopts it the next time, and ends it', async () => {
    using folder = new TemporaryFolder();
    const port = await freePort();
    const settings = settingsOf(['one', port]);

    const first = aLaunch(folder, settings);
    await first.begin();
    const second = aLaunch(folder, settings);
    await second.begin();

    expect([...first.adopted]).toEqual([]);
    expect([...second.adopted]).toEqual(['one']);
    expect(await runningIn(folder)).toEqual(['one']);
    expect(await second.end()).toBe(true);
    expect(enginesOf(folder.dir)).toEqual([]);
  });

  it('finds those that it wants where they listen, whatever the settings say by now', () => {
    using folder = new TemporaryFolder();
    const launch = aLaunch(folder, settingsOf(['one', 1], ['two', 2]));
    const state = aLauncherState(
      aLaunchedReplica({ plan: aPlan({ id: 'other', port: 3 }) }),
      aLaunchedReplica({ plan: aPlan({ id: 'one', port: 4 }), outdated: true }),
    );
    expect(launch.targetsOf(state)).toMatchObject([{ id: 'one', url: 'http://127.0.0.1:4' }]);
  });

  it('starts nothing, not even a launcher, before it begins, and has nothing to end then', async () => {
    using folder = new TemporaryFolder();
    const launch = aLaunch(folder, settingsOf(['one', 1]));
    await launch.undo();
    expect(await launch.dismiss()).toBe(false);
    expect(await launch.end()).toBe(true);
    expect(existsSync(folder.dir.socket)).toBe(false);
  });

  it('is undone by ending what it started, and leaves what ran before', async () => {
    using folder = new TemporaryFolder();
    const port = await freePort(2);
    const first = aLaunch(folder, settingsOf(['one', port]));
    await first.begin();
    const second = aLaunch(folder, settingsOf(['one', port], ['two', port + 1]));
    await second.begin();
    expect(await runningIn(folder)).toEqual(['one', 'two']);

    await second.undo();
    expect(await runningIn(folder)).toEqual(['one']);
    await first.undo();
    expect(enginesOf(folder.dir)).toEqual([]);
  });

  it('ends nothing that another gateway has, whether it wants the same or not', async () => {
    using folder = new TemporaryFolder();
    const port = await freePort(2);
    const mine = aLaunch(folder, settingsOf(['one', port]));
    await mine.begin();
    const { replicas } = await new LauncherClient(folder.dir.socket).state();
    await runForAnother(
      folder,
      replicas.map(({ plan }) => plan),
    );

    const other = aLaunch(folder, settingsOf(['two', port + 1]));
    await expect(other.begin()).rejects.toThrow(
      `the gateway of process ${process.ppid} has its engines here`,
    );
    await other.undo();
    expect(await other.end()).toBe(false);
    expect(await mine.end()).toBe(false);
    expect(await runningIn(folder)).toEqual(['one']);

    await new LauncherClient(folder.dir.socket).stop();
  });
});
