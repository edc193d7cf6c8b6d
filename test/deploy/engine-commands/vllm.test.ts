import { describe, expect, it } from 'vitest';

import { vllm } from '../../../deploy/engine-commands/vllm.ts';

const facts = {
  model: 'org/m',
  servedModel: 'm',
  weightType: 'bf16',
  port: 1,
  tensorParallel: 2,
} as const;

const always =
  'vllm serve org/m --served-model-name m --host 127.0.0.1 --port 1 --tensor-parallel-size 2 --dtype bfloat16';

describe('the command of vLLM', () => {
  it('asks the current one for cached tokens in usage and time to end its streams', () => {
    expect(vllm.argv(facts).join(' ')).toBe(
      `${always} --enable-prompt-tokens-details --shutdown-timeout 30`,
    );
  });

  it('gives 0.5.5 no flag that it would end on', () => {
    expect(vllm.argv({ ...facts, rankNodes: [0, 1], version: '0.5.5' }).join(' ')).toBe(always);
  });

  it('binds each rank of a replica that crosses nodes to its own', () => {
    expect(vllm.argv({ ...facts, rankNodes: [0, 1] }).slice(-4)).toEqual([
      '--numa-bind',
      '--numa-bind-nodes',
      '0',
      '1',
    ]);
  });

  it('fills nine tenths of the memory', () => {
    expect(vllm.memoryShare?.(8)).toBe(0.9);
  });
});
