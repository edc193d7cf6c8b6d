import { describe, expect, it } from 'vitest';

import { LauncherError } from '../../../deploy/launcher.ts';
import { runningLauncher } from '../../../gateway/cli/running-launcher.ts';
import { aLauncherState } from '../../support/launched/states.ts';

describe('the launcher that commands ask', () => {
  it('tells its state', async () => {
    const state = aLauncherState();
    expect(await runningLauncher({ state: async () => Promise.resolve(state) })).toBe(state);
  });

  it('may not be there, and then it is said what to do', async () => {
    const state = async (): Promise<never> =>
      Promise.reject(new LauncherError('no launcher listens at x', true));
    await expect(runningLauncher({ state })).rejects.toThrow(
      /^no launcher listens at x: gateway up and launch have started no engines here\. --run-dir/u,
    );
  });

  it('may fail in another way, which is told as it is', async () => {
    const error = new LauncherError('the launcher does not answer at x', false);
    await expect(runningLauncher({ state: async () => Promise.reject(error) })).rejects.toBe(error);
  });
});
