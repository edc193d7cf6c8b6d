import { describe, expect, it } from 'vitest';

import type { UpFlags } from '../../../gateway/cli/up-settings.ts';
import { launchOverrides } from '../../../gateway/cli/up-settings.ts';
import { settingsOf } from '../../../gateway/cli/serve-settings.ts';
import type { LaunchSettings } from '../../../gateway/config/settings.ts';

const flags: UpFlags = { engine: 'vllm', model: '/m', replicas: 2, enginePort: 30_000 };
const command = ['vllm', 'serve', '{model}', '--port', '{port}'];

function launchOf(given: UpFlags, words = command): LaunchSettings {
  return settingsOf(given, {}, launchOverrides(given, words)).launch;
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

  it('need a command, or a file that may list engines', () => {
    expect(() => launchOverrides(flags, [])).toThrow('there is no engine: end the line with --');
    expect(launchOverrides({ ...flags, config: 'gateway.yaml' }, [])).toEqual([]);
  });
});
