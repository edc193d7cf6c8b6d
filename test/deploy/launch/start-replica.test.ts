import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { OutputLog } from '../../../deploy/launch/output-log.ts';
import { startReplica } from '../../../deploy/launch/start-replica.ts';
import type { StartOutcome } from '../../../deploy/launch/supervisor.ts';
import type { PlannedReplica } from '../../../deploy/planned-replica.ts';
import { aPlan, freePort, TemporaryFolder } from '../../support/launched/plans.ts';

/** Starts a plan, waits for its end, and gives what it said. */
async function ran(
  plan: PlannedReplica,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<{ readonly outcome: StartOutcome; readonly said: string }> {
  using folder = new TemporaryFolder();
  const log = new OutputLog(folder.dir.logFileOf(plan.id));
  const outcome = await startReplica(plan, log, { run: 'a-run', environment });
  if (outcome.kind === 'started') {
    await outcome.engine.ended;
    await outcome.engine.destroy();
  }
  log.close();
  return { outcome, said: readFileSync(log.path, 'utf8') };
}

async function planOf(script: string, plan: Partial<PlannedReplica> = {}): Promise<PlannedReplica> {
  return aPlan({ port: await freePort(), ...plan, argv: ['/bin/sh', '-c', script] });
}

/** A `numactl` that takes every prefix but those that hold a word, and says what it was asked. */
function aNumactl(folder: TemporaryFolder, refused: string): Readonly<Record<string, string>> {
  const file = join(folder.path, 'numactl');
  const lines = [
    '#!/bin/sh',
    `case "$*" in *${refused}*) exit 1;; esac`,
    'echo "numactl $1 $2"',
    'while [ "$1" != -- ]; do shift; done',
    'shift; exec "$@"',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  chmodSync(file, 0o755);
  return { PATH: `${folder.path}:${process.env['PATH']}` };
}

describe('a replica that is started', () => {
  it('has the marks of its launcher, its own environment and that of the launcher', async () => {
    const plan = await planOf('echo "$NUMAGATE_REPLICA $SPT_NOENV $ONE $TWO"', {
      environment: { TWO: '2' },
    });
    const { said } = await ran(plan, { PATH: process.env['PATH'], ONE: '1', TWO: 'not this' });
    expect(said).toBe('a-run/engine-0 1 1 2\n');
  });

  it('sees its own GPUs, in the order of the bus', async () => {
    const script = 'echo "$CUDA_DEVICE_ORDER $CUDA_VISIBLE_DEVICES"';
    const gpus = ['GPU-1', 'GPU-2'];
    expect((await ran(await planOf(script, { gpus }))).said).toBe('PCI_BUS_ID GPU-1,GPU-2\n');
    const environment = { CUDA_VISIBLE_DEVICES: '7' };
    expect((await ran(await planOf(script, { gpus, environment }))).said).toBe('PCI_BUS_ID 7\n');
  });

  it('runs on its CPUs, as the kernel says', async () => {
    const script = 'grep Cpus_allowed_list /proc/self/status';
    for (const cpu of [0, 1]) {
      const plan = await planOf(script, { cpus: [{ first: cpu, last: cpu }] });
      expect((await ran(plan)).said).toBe(`Cpus_allowed_list:\t${cpu}\n`);
    }
  });

  it.each([
    ['never', 'numactl', 'numactl --physcpubind=0 --membind=0\nup\n'],
    ['--membind', 'numactl-preferred', 'numactl --physcpubind=0 --preferred=0\nup\n'],
    ['-', 'taskset', 'up\n'],
  ])(
    'is pinned as strictly as the machine lets it: numactl refuses %s',
    async (refused, method, said) => {
      using folder = new TemporaryFolder();
      const plan = await planOf('echo up', { cpus: [{ first: 0, last: 0 }], memoryNodes: [0] });
      const result = await ran(plan, aNumactl(folder, refused));
      expect(result.outcome).toMatchObject({ kind: 'started', pinning: { method } });
      expect(result.said).toBe(said);
    },
  );

  it('is refused where its command is not there', async () => {
    const plan = aPlan({ argv: ['no-such-engine'] });
    expect((await ran(plan)).outcome).toMatchObject({
      kind: 'refused',
      failure: { kind: 'command-missing', sentence: expect.stringContaining('no-such-engine') },
    });
  });

  it('is refused where something else has its port', async () => {
    const port = await freePort();
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.listen(port, '127.0.0.1', resolve);
    });
    const { outcome } = await ran(aPlan({ port }));
    other.close();
    expect(outcome).toMatchObject({ kind: 'refused', failure: { kind: 'port-taken' } });
  });

  it('is refused where the kernel does not start it', async () => {
    using folder = new TemporaryFolder();
    const file = join(folder.path, 'engine');
    // A word that Linux does not take: more than 128 KiB.
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, 0o755);
    const plan = aPlan({ port: await freePort(), argv: [file, 'x'.repeat(200_000)] });
    expect((await ran(plan)).outcome).toMatchObject({
      kind: 'refused',
      failure: { kind: 'ended', sentence: expect.stringContaining('the kernel does not start') },
    });
  });
});
