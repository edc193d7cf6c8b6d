import { describe, expect, it } from 'vitest';

import type { UpFlags } from '../../../gateway/cli/up-settings.ts';
import {
  commandOverrides,
  launchSourceOf,
  plannedOverrides,
  runDirOverrides,
} from '../../../gateway/cli/up-settings.ts';
import { settingsOf } from '../../../gateway/cli/serve-settings.ts';
import type { LaunchSettings } from '../../../gateway/config/settings.ts';
import { publishedPlan } from '../../support/published-plan.ts';

const machine = { dtype: 'bf16', sysfs: '/', nvidiaSmi: 'nvidia-smi' } as const;
const flags: UpFlags = { ...machine, engine: 'vllm', model: '/m', replicas: 2, enginePort: 30_000 };
const command = ['vllm', 'serve', '{model}', '--port', '{port}'];

function launchOf(given: UpFlags, words = command): LaunchSettings {
  return settingsOf(given, {}, commandOverrides(given, words)).launch;
}

describe('the flags of gateway up', () => {
  it('are so many replicas of one command, each with a port of its own', () => {
    const replica = {
      engine: 'vllm',
      model: '/m',
      argv: command,
      gpus: [],
      memoryNodes: [],
      environment: {},
    };
    expect(launchOf({ ...flags, runDir: '/r' })).toMatchObject({
      runDir: '/r',
      replicas: [
        { ...replica, id: 'vllm-0', port: 30_000 },
        { ...replica, id: 'vllm-1', port: 30_001 },
      ],
    });
  });

  it('are a place for each replica', () => {
    const { replicas } = launchOf({ ...flags, cpus: ['0-3', '4-7'], memoryNode: [0, 1] });
    expect(replicas.map(({ cpus, memoryNodes }) => [cpus, memoryNodes])).toEqual([
      ['0-3', [0]],
      ['4-7', [1]],
    ]);
  });

  it.each([
    [{ cpus: ['0'] }, '--cpus comes once for each of 2 replicas, and came 1 times'],
    [{ memoryNode: [0] }, '--memory-node comes once for each of 2 replicas, and came 1 times'],
    [{ engine: undefined }, '--engine is missing'],
    [{ model: undefined }, '--model is missing'],
    [{ cpus: ['x', '1'] }, 'a list of CPUs such as 0-95,192-287'],
  ])('are refused where %j', (wrong, message) => {
    const given = Object.fromEntries(
      Object.entries({ ...flags, ...wrong }).filter(([, value]) => value !== undefined),
    ) as unknown as UpFlags;
    expect(() => launchOf(given)).toThrow(message);
  });

  it('are one replica unless they say how many', () => {
    const { replicas: _, ...rest } = flags;
    expect(launchOf(rest).replicas.map(({ id }) => id)).toEqual(['vllm-0']);
  });

  it('are the replicas of a plan, with their GPUs, CPUs, memory, environment and command', () => {
    const plan = publishedPlan();
    const { runDir, replicas } = settingsOf(
      flags,
      {},
      plannedOverrides({ ...flags, runDir: '/r' }, plan),
    ).launch;

    expect(runDir).toBe('/r');
    expect(replicas).toHaveLength(2);
    expect(replicas[1]).toMatchObject({
      id: 'sglang-1',
      port: 30_010,
      argv: plan.replicas[1]?.argv,
      gpus: ['4', '5', '6', '7'],
      cpus: '102-191,294-383',
      memoryNodes: [1],
      environment: { CUDA_VISIBLE_DEVICES: '4,5,6,7' },
      kvCapacityTokens: 635_439,
    });
  });

  it('leave a file what it lists, and may say where the launcher is', () => {
    expect(runDirOverrides(flags)).toEqual([]);
    expect(runDirOverrides({ ...flags, runDir: '/r' })).toMatchObject([{ value: '/r' }]);
  });
});

describe('where engines come from', () => {
  const none: UpFlags = { ...machine, enginePort: 30_000 };

  it('is the command, else a plan of what flags name, else the file', () => {
    expect(launchSourceOf({ ...flags, config: 'f', cpus: ['0'] }, command).kind).toBe('command');
    expect(launchSourceOf({ ...flags, config: 'f' }, [])).toEqual({
      kind: 'plan',
      engine: 'vllm',
      model: '/m',
    });
    expect(launchSourceOf({ ...none, config: 'f' }, []).kind).toBe('file');
  });

  it.each([
    [none, 'there is no engine: say --engine and --model to plan them on this machine'],
    [{ ...none, model: '/m' }, '--engine is missing'],
    [{ ...none, engine: 'vllm', config: 'f' }, '--model is missing'],
    [{ ...flags, cpus: ['0'] }, '--cpus places engines of a command behind --'],
    [{ ...flags, memoryNode: [0] }, '--memory-node places engines of a command behind --'],
  ])('is said by somebody, and by one: %j', (wrong, message) => {
    expect(() => launchSourceOf(wrong, [])).toThrow(message);
  });
});
