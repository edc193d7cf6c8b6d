import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { engineCommands } from '../../deploy/engine-commands/catalog.ts';
import { findModel } from '../../deploy/model-table.ts';
import type { Plan } from '../../deploy/plan.ts';
import { KV_TOKENS_WANTED, planHost } from '../../deploy/plan.ts';
import { publishedHost } from '../../deploy/published-host.ts';
import { loadConfig } from '../../gateway/config.ts';
import { cpusOf } from '../support/hosts.ts';
import { cpusInList, shippedText } from '../support/shipped-files.ts';
import { root } from '../support/source-tree.ts';
import { understood } from '../support/understood.ts';

const folder = join(root, 'deploy/systemd');
const placements = readdirSync(folder)
  .filter((name) => name.endsWith('.service.d'))
  .map((name) => ({ id: name.replace(/^numagate-replica@(.*)\.service\.d$/, '$1'), name }));
const settings = loadConfig(join(folder, 'gateway.yaml'), { environment: {}, needsReplica: true });

/** The values of a key, in a unit or in what is laid over it. */
function valuesOf(path: string, key: string): readonly string[] {
  return shippedText(`systemd/${path}`)
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1));
}

function valueOf(path: string, key: string): string {
  return valuesOf(path, key)[0] ?? '';
}

/** What a placement says, in the words of the gateway's settings. */
function placed(name: string): {
  readonly port: number;
  readonly cpus: readonly number[];
  readonly gpus: readonly string[];
  readonly nodes: readonly string[];
} {
  const file = `${name}/placement.conf`;
  const [, gpus = ''] = /^CUDA_VISIBLE_DEVICES=(.*)$/.exec(valueOf(file, 'Environment')) ?? [];
  return {
    port: Number(/ --port (\d+)/.exec(valueOf(file, 'ExecStart'))?.[1]),
    cpus: cpusInList(valueOf(file, 'AllowedCPUs')),
    gpus: gpus.split(','),
    nodes: ['AllowedMemoryNodes', 'NUMAMask'].map((key) => valueOf(file, key)),
  };
}

function publishedPlan(engine: string): Plan {
  const command = engineCommands.find(({ name }) => name === engine);
  const modelFacts = findModel('llama-3-70b');
  if (command === undefined || modelFacts === undefined) throw new Error('the catalogs lack it');
  const wish = {
    engine: command,
    model: 'llama-3-70b',
    modelFacts,
    weightType: 'bf16',
    kvTokensWanted: KV_TOKENS_WANTED,
    portFirst: 30_000,
  } as const;
  const plan = planHost(publishedHost, wish);
  if (plan.kind === 'impossible') throw new Error(plan.reason);
  return plan;
}

describe('the unit of the gateway', () => {
  const words = valueOf('numagate-gateway.service', 'ExecStart').split(' ');

  it('starts it in words that the command line understands', async () => {
    expect(words[0]).toBe('/opt/numagate/bin/gateway');
    await understood(words.slice(1));
  });

  it('gives it longer than its streams have', () => {
    const stopSeconds = Number(valueOf('numagate-gateway.service', 'TimeoutStopSec'));

    expect(stopSeconds * 1000).toBeGreaterThan(settings.shutdown.drainMs + 1000);
  });

  it('is started with the host where it is enabled, as that of a replica is', () => {
    expect(valueOf('numagate-gateway.service', 'WantedBy')).toBe('multi-user.target');
    expect(valueOf('numagate-replica@.service', 'WantedBy')).toBe('multi-user.target');
  });

  it('sends SIGTERM to the parent alone, as the unit of a replica does', () => {
    expect(valueOf('numagate-gateway.service', 'KillMode')).toBe('mixed');
    expect(valueOf('numagate-replica@.service', 'KillMode')).toBe('mixed');
  });
});

describe('a placed replica', () => {
  it.each(['sglang', 'vllm'])('of %s stands where the settings look for it', (engine) => {
    const replicas = placements
      .filter(({ id }) => id.startsWith(`${engine}-`))
      .map(({ name }) => placed(name));

    expect(replicas.map(({ port }) => `http://127.0.0.1:${port}`)).toEqual(
      settings.replicas.map(({ url }) => url),
    );
    expect(replicas.map(({ nodes }) => nodes)).toEqual(
      settings.replicas.map(({ numaNode }) => [String(numaNode), String(numaNode)]),
    );
  });

  it.each(['sglang', 'vllm'])(
    'of %s shares no GPU, and no CPU with it or the gateway',
    (engine) => {
      const replicas = placements
        .filter(({ id }) => id.startsWith(`${engine}-`))
        .map(({ name }) => placed(name));
      const gpus = replicas.flatMap((replica) => replica.gpus);
      const cpus = replicas.flatMap((replica) => replica.cpus);
      const all = [...cpus, ...cpusInList(valueOf('numagate-gateway.service', 'AllowedCPUs'))];

      expect(gpus).toHaveLength(8);
      expect(new Set(gpus).size).toBe(gpus.length);
      expect(new Set(all).size).toBe(all.length);
    },
  );

  it.each(['sglang', 'vllm'])('of %s has what a plan of the published host gives it', (engine) => {
    const { replicas, reservedCpus } = publishedPlan(engine);
    const shipped = placements.filter(({ id }) => id.startsWith(`${engine}-`));

    expect(shipped.map(({ id }) => id)).toEqual(replicas.map(({ id }) => id));
    for (const [index, { port, gpus, cpus, memoryNodes }] of replicas.entries()) {
      expect(placed(shipped[index]?.name ?? '')).toEqual({
        port,
        gpus,
        cpus: cpusOf(cpus),
        nodes: [String(memoryNodes[0]), String(memoryNodes[0])],
      });
    }
    expect(new Set(cpusInList(valueOf('numagate-gateway.service', 'AllowedCPUs')))).toEqual(
      new Set(cpusOf(reservedCpus)),
    );
  });

  it.each(placements)('listens to this host alone: $id', ({ name }) => {
    expect(valueOf(`${name}/placement.conf`, 'ExecStart')).toContain('--host 127.0.0.1');
  });
});

describe('systemd-analyze', () => {
  const isThere = spawnSync('systemd-analyze', ['--version']).status === 0;
  const needed = '(needs systemd-analyze of Debian systemd)';
  const units = [
    'numagate-gateway.service',
    ...placements.map(({ id }) => `numagate-replica@${id}.service`),
  ];
  let host: string;

  /** A host that has what the units start, and the targets of a system and no more. */
  beforeAll(() => {
    host = mkdtempSync(join(tmpdir(), 'numagate-systemd-'));
    const unitFolder = join(host, 'etc/systemd/system');
    mkdirSync(unitFolder, { recursive: true });
    for (const name of ['sysinit', 'basic', 'network-online', 'multi-user', 'shutdown']) {
      writeFileSync(join(unitFolder, `${name}.target`), `[Unit]\nDescription=${name}\n`);
    }
    cpSync(folder, unitFolder, { recursive: true });
    const files = [
      'numagate-gateway.service',
      ...placements.map(({ name }) => `${name}/placement.conf`),
    ];
    for (const file of files) {
      const program = join(host, valueOf(file, 'ExecStart').split(' ')[0] ?? '');
      mkdirSync(dirname(program), { recursive: true });
      writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
    }
  });

  afterAll(() => {
    rmSync(host, { recursive: true });
  });

  it.skipIf(!isThere).each(units)(`has nothing to say about %s ${needed}`, (unit) => {
    const { status, stdout, stderr } = spawnSync(
      'systemd-analyze',
      ['verify', '--man=no', `--root=${host}`, unit],
      { encoding: 'utf8' },
    );

    expect(stdout + stderr).toBe('');
    expect(status).toBe(0);
  });

  it.skipIf(!isThere)(`finds the gateway little exposed ${needed}`, () => {
    const args = ['security', '--offline=yes', '--threshold=20', `--root=${host}`];
    const { status, stdout } = spawnSync('systemd-analyze', [...args, 'numagate-gateway.service'], {
      encoding: 'utf8',
    });

    expect(stdout).toContain('Overall exposure level');
    expect(status).toBe(0);
  });
});
