import { describe, expect, it } from 'vitest';

import type { LaunchedReplicaSettings } from '../../../gateway/config/settings.ts';
import { plannedReplica, targetOf } from '../../../gateway/launch/planned-replicas.ts';

const settings: LaunchedReplicaSettings = {
  id: 'vllm-0',
  engine: 'vllm',
  model: '/models/llama',
  port: 30_000,
  argv: ['vllm', 'serve', '{model}', '--port={port}', '{id}', '{other}', '{model}{model}'],
  gpus: ['0', '1'],
  memoryNodes: [1],
  environment: { ONE: '{port}' },
};

describe('a replica of the settings', () => {
  it('is planned with the blanks of its command filled in, and no others', () => {
    const { argv, environment } = plannedReplica(settings);
    expect(argv).toEqual([
      'vllm',
      'serve',
      '/models/llama',
      '--port=30000',
      'vllm-0',
      '{other}',
      '/models/llama/models/llama',
    ]);
    expect(environment).toEqual({ ONE: '{port}' });
  });

  it('is planned on the CPUs and nodes that it names', () => {
    const plan = plannedReplica({ ...settings, cpus: '0-3,8', kvCapacityTokens: 9 });
    expect(plan).toMatchObject({
      cpus: [
        { first: 0, last: 3 },
        { first: 8, last: 8 },
      ],
      numaNodes: [1],
      memoryNodes: [1],
      gpus: ['0', '1'],
      kvTokensExpected: 9,
    });
    expect(plannedReplica(settings)).not.toHaveProperty('kvTokensExpected');
    expect(plannedReplica(settings).cpus).toEqual([]);
  });

  it('is found on this machine, as the engine that it is', () => {
    expect(targetOf(plannedReplica({ ...settings, kvCapacityTokens: 9 }))).toEqual({
      id: 'vllm-0',
      url: 'http://127.0.0.1:30000',
      engine: 'vllm',
      kvCapacityTokens: 9,
      gpus: ['0', '1'],
      numaNode: 1,
      labels: {},
    });
  });

  it('has to be asked what it is where its word is no engine, and has no node where it crosses', () => {
    const plan = plannedReplica({ ...settings, engine: 'mine', memoryNodes: [0, 1] });
    expect(targetOf(plan)).toMatchObject({ engine: undefined, numaNode: undefined });
  });
});
