import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Plan } from '../../../deploy/plan.ts';
import { publishedHost } from '../../../deploy/published-host.ts';
import { planCommand } from '../../../gateway/cli/plan.ts';
import { UsageError } from '../../../gateway/cli/usage-error.ts';
import { runGateway } from '../../support/command-line.ts';
import { PlantedMachine } from '../../support/machine.ts';

/** A process takes a second to come up on a busy machine. */
const PROCESS_MS_MAX = 30_000;

const model = ['--model', 'llama-3-70b', '--dtype', 'fp8'];

describe('gateway plan', () => {
  let said = '';
  let told = '';
  beforeEach(() => {
    [said, told] = ['', ''];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      told += String(text);
      return true;
    });
  });
  afterEach(() => vi.restoreAllMocks());

  async function run(...args: readonly string[]): Promise<string> {
    said = '';
    await planCommand()
      .exitOverride()
      .parseAsync([...args], { from: 'user' });
    return said;
  }

  it('plans the published host: two replicas, one a node', async () => {
    const text = await run(...model, '--host', 'published');

    expect(text).toContain('published, not this machine: 8 × NVIDIA H100 80GB HBM3, 2 NUMA nodes');
    expect(text).toMatch(/^sglang-0 {2}0,1,2,3 {2}0 {5}6-95,198-287 +0 {7}30000 {2}635,439$/mu);
    expect(text).toMatch(/^sglang-1 {2}4,5,6,7 {2}1 {5}102-191,294-383 +1 {7}30010 {2}635,439$/mu);
    expect(text).toMatch(
      /^ {2}CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=4,5,6,7 numactl .* -- python3 /mu,
    );
  });

  it('plans one replica of eight GPUs, and says that it crosses nodes', async () => {
    const text = await run(...model, '--host', 'published', '--tp', '8');

    expect(text).toContain('so it crosses nodes 0 and 1');
    expect(text).toContain('- replica 0 crosses nodes 0, 1: part of its memory is always remote.');
  });

  it('reads a machine, writes it down, and plans the same from what it wrote', async () => {
    using machine = new PlantedMachine();
    const { root } = machine.host(publishedHost);
    const file = join(root, 'host.json');
    const source = ['--sysfs', root, '--nvidia-smi', machine.smi(publishedHost)];
    const here = JSON.parse(await run(...model, ...source, '--json', '--dump', file)) as Plan;
    const there = JSON.parse(await run(...model, '--host', file, '--json')) as Plan;

    expect(told).toContain(`Wrote ${file}`);
    expect(there).toEqual(here);
    expect(here.replicas.map(({ gpus, numaNodes }) => [gpus, numaNodes])).toEqual([
      [['GPU-0', 'GPU-1', 'GPU-2', 'GPU-3'], [0]],
      [['GPU-4', 'GPU-5', 'GPU-6', 'GPU-7'], [1]],
    ]);
  });

  it('writes down a machine without a GPU, and what is wrong with it', async () => {
    using machine = new PlantedMachine();
    const file = join(machine.root, 'host.json');
    const source = ['--sysfs', machine.root, '--nvidia-smi', '/nowhere/nvidia-smi'];
    await run(...source, '--dump', file);

    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      host: { gpus: [], remarks: ['there is no /nowhere/nvidia-smi.'] },
    });
  });

  it('says what it could not read, beside the plan', async () => {
    using machine = new PlantedMachine();
    const smi = machine.program('test "$1" = -L && echo "GPU 0: H100 (UUID: GPU-a)" || exit 6');
    await run(...model, '--tp', '1', '--sysfs', machine.root, '--nvidia-smi', smi);

    expect(said).toContain('sglang-0  GPU-a');
    expect(told).toContain('No topology matrix');
  });

  it('emits units in place of the table', async () => {
    expect(await run(...model, '--host', 'published', '--emit', 'systemd')).toMatch(
      /^# numagate-sglang-0\.service\n\[Unit\]/u,
    );
  });

  it.each([
    [['--host', 'published'], '--model is missing'],
    [
      [...model, '--host', '/nowhere/host.json'],
      '--host /nowhere/host.json: there is no such file',
    ],
    [[...model, '--host', 'published', '--tp', '16'], 'no plan: a replica of 16 GPUs is asked for'],
    [['--host', 'published', '--dump', '/nowhere/x'], '--dump /nowhere/x cannot be written'],
  ])('refuses %j', async (args, why) => {
    await expect(run(...args)).rejects.toThrow(UsageError);
    await expect(run(...args)).rejects.toThrow(why);
  });

  it('has a help that fits a screen, with an example', () => {
    let help = '';
    planCommand()
      .configureOutput({ writeOut: (text) => (help += text) })
      .outputHelp();

    expect(help.split('\n').length).toBeLessThan(24);
    expect(help).toContain('Example:\n  gateway plan --model');
  });
});

describe('gateway plan on a machine without a GPU', { timeout: PROCESS_MS_MAX }, () => {
  it('says so in one sentence, offers the published host, and ends like other user errors', async () => {
    const { code, stdout, stderr } = await runGateway([
      'plan',
      ...model,
      '--nvidia-smi',
      '/nowhere/nvidia-smi',
    ]);

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(
        /^gateway: this machine has no GPU to plan with \(there is no \/nowhere\/nvidia-smi.*\); --host published plans the published 8×H100 host/u,
      ),
    ]);
  });
});
