import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { LauncherClient } from '../../../deploy/launcher.ts';
import { readTrace } from '../../../deploy/launch/state-file.ts';
import { CommandLine, runGateway } from '../../support/command-line.ts';
import { until } from '../../support/live/until.ts';
import { engineArgv, enginesOf, freePort, TemporaryFolder } from '../../support/launched/plans.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 60_000;

describe('a gateway that launches', { timeout: PROCESS_MS_MAX }, () => {
  async function aFile(folder: TemporaryFolder, settings: object = {}): Promise<string> {
    const port = await freePort();
    const replicas = [{ id: 'one', engine: 'vllm', model: 'm', port, argv: engineArgv(port) }];
    const file = join(folder.path, 'gateway.yaml');
    const ports = { listen: { port: 0 }, admin: { port: 0 } };
    const launch = { runDir: folder.path, replicas };
    writeFileSync(file, JSON.stringify({ ...ports, launch, ...settings }));
    return file;
  }

  it('leaves its engines running where it serves by a file, and says how they end', async () => {
    using folder = new TemporaryFolder();
    const file = await aFile(folder);
    await using gateway = new CommandLine(['serve', '--config', file, '--json']);
    await gateway.listening();
    const client = new LauncherClient(folder.dir.socket);
    await until('it is ready', async () => (await client.state()).replicas[0]?.phase === 'ready');

    const { code, stderr } = await gateway.stop('SIGTERM');
    const left = enginesOf(folder.dir);
    const down = await runGateway(['down', '--run-dir', folder.path]);

    expect(code).toBe(0);
    expect(stderr).toContain('Its engines run on; gateway down ends them.');
    expect(left).toHaveLength(1);
    expect(down.code).toBe(0);
    expect(enginesOf(folder.dir)).toEqual([]);
  });

  it.each([
    ['its launcher comes up', 'launcher.err'],
    ['its launcher is there', 'state.json'],
  ])('leaves nothing running where it is told to end while %s', async (_when, sign) => {
    using folder = new TemporaryFolder();
    await using gateway = new CommandLine(['up', '--config', await aFile(folder)]);
    await until('it has come so far', () => existsSync(join(folder.path, sign)));
    const { code } = await gateway.stop('SIGINT');

    expect(code).toBe(0);
    expect(readTrace(folder.dir.stateFile)).toMatchObject({ ended: true });
    expect(enginesOf(folder.dir)).toEqual([]);
  });

  /** An address of no machine, at which nothing can listen. */
  const nowhere = { port: 0, host: '192.0.2.1', allowUnauthenticated: true };

  it('starts nothing where it cannot listen itself', async () => {
    using folder = new TemporaryFolder();
    const file = await aFile(folder, { listen: nowhere });
    const { code, stderr } = await runGateway(['up', '--config', file]);

    expect(code).toBe(1);
    expect(stderr).toContain('gateway: 192.0.2.1');
    expect(readTrace(folder.dir.stateFile)).toBeUndefined();
  });

  it('ends what it started for a port that it shares, and cannot have then', async () => {
    using folder = new TemporaryFolder();
    const file = await aFile(folder, { listen: { ...nowhere, reusePort: true } });
    const { code, stderr } = await runGateway(['up', '--config', file]);

    expect(code).toBe(1);
    expect(stderr).toContain('gateway: 192.0.2.1');
    expect(readTrace(folder.dir.stateFile)).toMatchObject({ ended: true });
    expect(enginesOf(folder.dir)).toEqual([]);
  });

  it('ends no engine of another gateway, whose port or run directory it wants', async () => {
    using folder = new TemporaryFolder();
    await using first = new CommandLine(['up', '--config', await aFile(folder), '--json']);
    const { port: taken } = new URL((await first.listening()).url);
    const client = new LauncherClient(folder.dir.socket);
    await until('it is ready', async () => (await client.state()).replicas[0]?.phase === 'ready');
    const before = enginesOf(folder.dir);

    const file = await aFile(folder);
    const samePort = await runGateway(['up', '--config', file, '--port', taken]);
    const sameDir = await runGateway(['up', '--config', file]);
    const after = enginesOf(folder.dir);
    await first.stop('SIGINT');

    expect([samePort.code, sameDir.code]).toEqual([1, 1]);
    expect(samePort.stderr).toContain(`${taken} is taken (EADDRINUSE)`);
    expect(sameDir.stderr).toMatch(/has its engines here, and wants others: end it first/u);
    expect(after).toEqual(before);
    expect(enginesOf(folder.dir)).toEqual([]);
  });
});
