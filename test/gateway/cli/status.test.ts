import { describe, expect, it } from 'vitest';

import { CommandLine, runGateway } from '../../support/command-line.ts';
import { LauncherClient, PROTOCOL, thisProcess } from '../../../deploy/launcher.ts';
import { until } from '../../support/live/until.ts';
import { aPlan, engineArgv, freePort, TemporaryFolder } from '../../support/launched/plans.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 60_000;

const nobody = ['--admin-url', 'http://127.0.0.1:9'];

describe('gateway status', { timeout: PROCESS_MS_MAX }, () => {
  it('shows what runs to people and to programs, and no secret', async () => {
    using folder = new TemporaryFolder();
    await using _launcher = new CommandLine(['launcher', '--run-dir', folder.path]);
    const client = new LauncherClient(folder.dir.socket);
    await until('it listens', () => client.state().catch(() => undefined));
    const port = await freePort();
    const plan = aPlan({ port, argv: engineArgv(port), environment: { HF_TOKEN: 'secret' } });
    const limits = { readyMsMax: 30_000, stopMsMax: 1_000 };
    await client.apply({ protocol: PROTOCOL, owner: thisProcess(), replicas: [plan], limits });
    await until('it is ready', async () => (await client.state()).replicas[0]?.phase === 'ready');

    const words = ['status', '--run-dir', folder.path, ...nobody];
    const [people, programs] = [await runGateway(words), await runGateway([...words, '--json'])];

    expect(people.stdout).toMatch(/^engine-0 +ready +\d+ s +\d+ +- +[\d,-]+ +[\d,-]+ +0 +-$/mu);
    expect(people.stderr).toContain('No gateway answers at http://127.0.0.1:9');
    expect(JSON.parse(programs.stdout)).toMatchObject({
      replicas: [{ phase: 'ready', load: null, plan: { environment: ['HF_TOKEN'] } }],
    });
    expect(programs.stdout).not.toContain('secret');
    expect([people.code, programs.code]).toEqual([0, 0]);
  });

  it('says so where nothing runs', async () => {
    using folder = new TemporaryFolder();
    const { code, stderr } = await runGateway(['status', '--run-dir', folder.path, ...nobody]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `gateway: no launcher listens at ${folder.dir.socket}: gateway up and launch have started`,
    );
  });
});
