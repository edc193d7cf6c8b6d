import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { LauncherClient } from '../../../deploy/launcher.ts';
import { CommandLine, runGateway } from '../../support/command-line.ts';
import { until } from '../../support/live/until.ts';
import { engineArgv, enginesOf, freePort, TemporaryFolder } from '../../support/launched/plans.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 60_000;

describe('a gateway that launches', { timeout: PROCESS_MS_MAX }, () => {
  async function aFile(folder: TemporaryFolder): Promise<string> {
    const port = await freePort();
    const replicas = [{ id: 'one', engine: 'vllm', model: 'm', port, argv: engineArgv(port) }];
    const file = join(folder.path, 'gateway.yaml');
    const ports = { listen: { port: 0 }, admin: { port: 0 } };
    writeFileSync(file, JSON.stringify({ ...ports, launch: { runDir: folder.path, replicas } }));
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

  it('ends its engines where it cannot listen itself, if it started them for itself', async () => {
    using folder = new TemporaryFolder();
    const file = await aFile(folder);
    const { code, stderr } = await runGateway([
      'up',
      '--config',
      file,
      '--host',
      '192.0.2.1',
      '--port',
      '0',
    ]);

    expect(code).not.toBe(0);
    expect(stderr).toContain('gateway: ');
    expect(enginesOf(folder.dir)).toEqual([]);
  });
});
