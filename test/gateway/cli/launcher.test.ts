import { describe, expect, it } from 'vitest';

import { LauncherClient, PROTOCOL, thisProcess } from '../../../deploy/launcher.ts';
import { CommandLine, runGateway } from '../../support/command-line.ts';
import { until } from '../../support/live/until.ts';
import { aPlan, freePort, TemporaryFolder } from '../../support/launched/plans.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 30_000;

describe('gateway launcher', { timeout: PROCESS_MS_MAX }, () => {
  it('answers at its socket until it is told to end', async () => {
    using folder = new TemporaryFolder();
    await using launcher = new CommandLine(['launcher', '--run-dir', folder.path]);
    const client = new LauncherClient(folder.dir.socket);
    const state = await until('it listens', () => client.state().catch(() => undefined));
    const second = await runGateway(['launcher', '--run-dir', folder.path]);
    const { code } = await launcher.stop('SIGTERM');

    expect(state).toMatchObject({ replicas: [], stopping: false });
    expect(second).toMatchObject({
      code: 1,
      stderr: `gateway: another launcher has ${folder.path}\n`,
    });
    expect(code).toBe(0);
  });

  it('outlives what nobody has caught, and tells it', async () => {
    using folder = new TemporaryFolder();
    // A bug somewhere within, when it is told to have one.
    const stray = `process.on('SIGUSR2', () => void Promise.reject(new Error('nobody waits')));`;
    await using launcher = new CommandLine(['launcher', '--run-dir', folder.path], {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(stray)}`,
    });
    const client = new LauncherClient(folder.dir.socket);
    await until('it listens', () => client.state().catch(() => undefined));
    launcher.signal('SIGUSR2');
    await until('it tells', () => launcher.stderr.includes('Error: nobody waits'));

    expect(await client.state()).toMatchObject({ stopping: false });
    expect((await launcher.stop('SIGTERM')).code).toBe(0);
  });

  it("keeps the gateway's own environment from its engines, and passes the rest on", async () => {
    using folder = new TemporaryFolder();
    await using launcher = new CommandLine(['launcher', '--run-dir', folder.path], {
      GATEWAY_ADMIN_KEY: 'secret',
      MY_GATEWAY_: 'kept',
    });
    const client = new LauncherClient(folder.dir.socket);
    await until('it listens', () => client.state().catch(() => undefined));
    const script = 'echo "key ${GATEWAY_ADMIN_KEY-none}, mine $MY_GATEWAY_"; exec sleep 1000';
    const plan = aPlan({ port: await freePort(), argv: ['/bin/sh', '-c', script] });
    const limits = { readyMsMax: 30_000, stopMsMax: 0 };
    await client.apply({ protocol: PROTOCOL, owner: thisProcess(), replicas: [plan], limits });
    const said = await until('the engine says it', async () => {
      return (await client.state()).replicas[0]?.progress;
    });

    expect(said).toBe('key none, mine kept');
    expect((await launcher.stop('SIGTERM')).code).toBe(0);
  });

  it('is not in the list of commands, and has help of its own', async () => {
    expect((await runGateway(['--help'])).stdout).not.toMatch(/^ +launcher/mu);
    expect((await runGateway(['launcher', '--help'])).stdout).toContain('--run-dir <folder>');
  });
});
