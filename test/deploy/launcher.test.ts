import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { LauncherClient, startLauncher, thisProcess } from '../../deploy/launcher.ts';
import type { LaunchedReplica, RunningLauncher, WantedReplicas } from '../../deploy/launcher.ts';
import { signal } from '../../deploy/launch/end-members.ts';
import { PROTOCOL } from '../../deploy/launch/launcher-state.ts';
import type { RunDir } from '../../deploy/launch/run-dir.ts';
import { readProcesses } from '../../deploy/launch/process-table.ts';
import { readTrace } from '../../deploy/launch/state-file.ts';
import type { PlannedReplica } from '../../deploy/planned-replica.ts';
import { waitingClock } from '../../gateway/cli/waiting-clock.ts';
import { CommandLine } from '../support/command-line.ts';
import { until } from '../support/live/until.ts';
import {
  aPlan,
  engineArgv,
  enginesOf,
  freePort,
  stillRunning,
  TemporaryFolder,
} from '../support/launched/plans.ts';

/** Each engine is a process that takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 60_000;

function wanting(...replicas: readonly PlannedReplica[]): WantedReplicas {
  const limits = { readyMsMax: 30_000, stopMsMax: 1_000 };
  return { protocol: PROTOCOL, owner: thisProcess(), replicas, limits };
}

async function aLauncher(dir: RunDir): Promise<RunningLauncher> {
  return startLauncher({
    dir,
    version: '0',
    environment: process.env,
    clock: { ...waitingClock, wallMs: Date.now },
  });
}

/** Ends with the test, whatever became of it. */
class LauncherOfTest implements AsyncDisposable {
  readonly client: LauncherClient;
  readonly #launcher: RunningLauncher;

  private constructor(dir: RunDir, launcher: RunningLauncher) {
    this.client = new LauncherClient(dir.socket);
    this.#launcher = launcher;
  }

  static async start(dir: RunDir): Promise<LauncherOfTest> {
    return new LauncherOfTest(dir, await aLauncher(dir));
  }

  async replica(is: (replica: LaunchedReplica) => boolean, index = 0): Promise<LaunchedReplica> {
    return until('the replica is so', async () => {
      const replica = (await this.client.state()).replicas[index];
      return replica !== undefined && is(replica) ? replica : undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#launcher.stop();
    await this.#launcher.ended;
  }
}

/** What this process has open; the launcher runs within it. */
function openFiles(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((file) => {
    try {
      return [readlinkSync(`/proc/self/fd/${file}`)];
    } catch {
      // The folder itself was one of them.
      return [];
    }
  });
}

const isReady = ({ phase }: LaunchedReplica): boolean => phase === 'ready';

describe('a launcher', { timeout: PROCESS_MS_MAX }, () => {
  it('starts an engine, sees it become ready, and leaves nothing of it when it ends', async () => {
    using folder = new TemporaryFolder();
    const port = await freePort();
    const launcher = await LauncherOfTest.start(folder.dir);

    await launcher.client.apply(wanting(aPlan({ port, argv: engineArgv(port, ['--family']) })));
    const { pid, pinning, restarts } = await launcher.replica(isReady);
    const processes = enginesOf(folder.dir);
    await launcher[Symbol.asyncDispose]();

    expect(processes.map((one) => one.pid)).toContain(pid);
    expect(processes.length).toBeGreaterThanOrEqual(4);
    expect({ pinning, restarts }).toEqual({ pinning: 'none', restarts: 0 });
    expect(stillRunning(processes)).toEqual([]);
    expect(readTrace(folder.dir.stateFile)).toMatchObject({ ended: true });
  });

  it('keeps every thread of each replica on its own CPU, as the kernel says', async () => {
    using folder = new TemporaryFolder();
    await using launcher = await LauncherOfTest.start(folder.dir);
    const ports = [await freePort(), await freePort()];
    const plans = ports.map((port, cpu) =>
      aPlan({
        id: `engine-${cpu}`,
        port,
        argv: engineArgv(port),
        cpus: [{ first: cpu, last: cpu }],
      }),
    );

    await launcher.client.apply(wanting(...plans));
    const replicas = await Promise.all(
      [0, 1].map((index) => launcher.replica(({ affinity }) => affinity !== undefined, index)),
    );

    for (const [cpu, { affinity, pinningNote }] of replicas.entries()) {
      expect(affinity).toMatchObject({ cpus: String(cpu), strayThreads: 0 });
      expect(affinity?.threads).toBeGreaterThan(4);
      expect(pinningNote).toMatch(new RegExp(`^(?:numactl|taskset): CPUs ${cpu}`, 'u'));
    }
  });

  it('signals the parent alone to end it, and the rest by SIGKILL', async () => {
    using folder = new TemporaryFolder();
    const port = await freePort();
    const launcher = await LauncherOfTest.start(folder.dir);

    await launcher.client.apply(wanting(aPlan({ port, argv: engineArgv(port, ['--family']) })));
    const { logFile } = await launcher.replica(isReady);
    await launcher[Symbol.asyncDispose]();

    const log = readFileSync(logFile, 'utf8');
    expect(log).toContain('the parent was signalled');
    expect(log).not.toContain('the scheduler was signalled');
  });

  it('kills an engine that does not end in time', async () => {
    using folder = new TemporaryFolder();
    const port = await freePort();
    const launcher = await LauncherOfTest.start(folder.dir);

    await launcher.client.apply(wanting(aPlan({ port, argv: engineArgv(port, ['--deaf']) })));
    const { logFile } = await launcher.replica(isReady);
    const processes = enginesOf(folder.dir);
    await launcher[Symbol.asyncDispose]();

    expect(stillRunning(processes)).toEqual([]);
    expect(readFileSync(logFile, 'utf8')).toContain('did not end within 1 s: killed');
  });

  it('starts an engine again that was killed, after what it left is gone', async () => {
    using folder = new TemporaryFolder();
    await using launcher = await LauncherOfTest.start(folder.dir);
    const port = await freePort();

    await launcher.client.apply(wanting(aPlan({ port, argv: engineArgv(port, ['--family']) })));
    const { pid = 0 } = await launcher.replica(isReady);
    const processes = enginesOf(folder.dir);
    signal(pid, 'SIGKILL');
    const failed = await launcher.replica(({ phase }) => phase === 'waiting');
    const left = stillRunning(processes);
    const again = await launcher.replica((one) => isReady(one) && one.pid !== pid);

    expect(failed.failure).toMatchObject({ kind: 'killed' });
    expect(left).toEqual([]);
    expect(again.restarts).toBe(1);
    expect(again.failure).toBeUndefined();
  });

  it('restarts an engine by the plan that is wanted then', async () => {
    using folder = new TemporaryFolder();
    await using launcher = await LauncherOfTest.start(folder.dir);
    const port = await freePort();
    const plan = aPlan({ port, argv: engineArgv(port) });
    const other = { ...plan, argv: engineArgv(port, ['--say', 'by another plan']) };

    await launcher.client.apply(wanting(plan));
    const { pid } = await launcher.replica(isReady);
    const applied = await launcher.client.apply(wanting(other));
    await launcher.client.restart(plan.id);
    const again = await launcher.replica((one) => isReady(one) && one.pid !== pid);

    expect(applied.replicas[0]).toMatchObject({ pid, outdated: true });
    expect(again).toMatchObject({ outdated: false, restarts: 1 });
    expect(readFileSync(again.logFile, 'utf8')).toContain('by another plan');
  });

  it('ends who is not wanted any more, and refuses whom it does not know', async () => {
    using folder = new TemporaryFolder();
    await using launcher = await LauncherOfTest.start(folder.dir);
    const port = await freePort();

    await launcher.client.apply(wanting(aPlan({ port, argv: engineArgv(port) })));
    await launcher.replica(isReady);
    const processes = enginesOf(folder.dir);
    await launcher.client.apply(wanting());
    await until(
      'nobody is left',
      async () => (await launcher.client.state()).replicas.length === 0,
    );

    expect(openFiles().filter((file) => file.startsWith(folder.path))).toEqual([
      folder.dir.launcherLog,
    ]);
    expect(stillRunning(processes)).toEqual([]);
    await expect(launcher.client.restart('engine-0')).rejects.toThrow(
      'the launcher refuses: there is no replica engine-0; there are none',
    );
  });

  it('is the only one in its directory', async () => {
    using folder = new TemporaryFolder();
    await using first = await LauncherOfTest.start(folder.dir);

    await expect(aLauncher(folder.dir)).rejects.toThrow(`another launcher has ${folder.path}`);
    expect(await first.client.state()).toMatchObject({ pid: process.pid, stopping: false });
  });
});

describe('a launcher that is killed by force', { timeout: PROCESS_MS_MAX }, () => {
  async function launched(folder: TemporaryFolder, process: CommandLine): Promise<number> {
    const client = new LauncherClient(folder.dir.socket);
    await until('it listens', () => client.state().catch(() => undefined));
    const port = await freePort();
    await client.apply(wanting(aPlan({ port, argv: engineArgv(port, ['--family']) })));
    const ready = await until('the engine is ready', async () => {
      const [replica] = (await client.state()).replicas;
      // Once looked at, also what has left its session and environment is known.
      return replica?.phase === 'ready' && replica.affinity !== undefined && replica;
    });
    expect(process).toBeDefined();
    return ready.pid ?? 0;
  }

  it('takes its engines with it, with all that they started', async () => {
    using folder = new TemporaryFolder();
    await using process = new CommandLine(['launcher', '--run-dir', folder.path]);
    await launched(folder, process);
    const processes = enginesOf(folder.dir);

    await process.stop('SIGKILL');
    await until('no engine is left', () => stillRunning(processes).length === 0);

    expect(processes.length).toBeGreaterThanOrEqual(4);
    expect(readTrace(folder.dir.stateFile)).toMatchObject({ ended: false });
  });

  it('leaves what its warden could not end to the next launcher', async () => {
    using folder = new TemporaryFolder();
    await using process = new CommandLine(['launcher', '--run-dir', folder.path]);
    const pid = await launched(folder, process);
    const processes = enginesOf(folder.dir);
    const launcherPid = readTrace(folder.dir.stateFile)?.pid;
    const children = readProcesses().filter(({ parent }) => parent === launcherPid);
    const warden = children.find((one) => one.pid !== pid);

    // Both at once: the launcher has no time to start another warden.
    signal(launcherPid ?? 0, 'SIGSTOP');
    signal(warden?.pid ?? 0, 'SIGKILL');
    await process.stop('SIGKILL');
    const left = stillRunning(processes);
    await using next = await LauncherOfTest.start(folder.dir);

    expect(left.length).toBeGreaterThan(0);
    expect(stillRunning(enginesOf(folder.dir))).toEqual([]);
    expect((await next.client.state()).replicas).toEqual([]);
    const marked = processes.filter((one) => stillRunning([one]).length > 0);
    for (const one of marked) signal(one.pid, 'SIGKILL');
    expect(marked.length).toBeLessThanOrEqual(1);
  });

  it('has its warden replaced, where only that was killed', async () => {
    using folder = new TemporaryFolder();
    await using process = new CommandLine(['launcher', '--run-dir', folder.path]);
    const pid = await launched(folder, process);
    const processes = enginesOf(folder.dir);
    const launcherPid = readTrace(folder.dir.stateFile)?.pid;
    const wardenPid = (): number | undefined =>
      readProcesses().find((one) => one.parent === launcherPid && one.pid !== pid)?.pid;
    const first = wardenPid() ?? 0;

    signal(first, 'SIGKILL');
    await until('there is another', () => ![undefined, first].includes(wardenPid()));
    await process.stop('SIGKILL');
    await until('no engine is left', () => stillRunning(processes).length === 0);

    expect(first).toBeGreaterThan(0);
  });
});
